//go:build !purego

#include "funcdata.h"
#include "textflag.h"

// The frame holds the arguments and the result of the kernel that is called, then what outlives the call.
#define NEXT 80(SP)
#define LEFT 88(SP)
#define TILES 96(SP)
#define CALLER 104(SP)

// The fields of a Call.
#define FN 0
#define WORDS 8
#define RESULT 16
#define ARGS 24
#define STEPS 96
#define ENDS 168
#define BACKS 240
#define SIZE 392

// The addresses of kernels, in the order of kernelNames, AVX2 before AVX-512.
DATA addresses<>+0(SB)/8, $·negAVX2(SB)
DATA addresses<>+8(SB)/8, $·negAVX512(SB)
DATA addresses<>+16(SB)/8, $·absAVX2(SB)
DATA addresses<>+24(SB)/8, $·absAVX512(SB)
DATA addresses<>+32(SB)/8, $·signAVX2(SB)
DATA addresses<>+40(SB)/8, $·signAVX512(SB)
DATA addresses<>+48(SB)/8, $·stepAVX2(SB)
DATA addresses<>+56(SB)/8, $·stepAVX512(SB)
DATA addresses<>+64(SB)/8, $·squareAVX2(SB)
DATA addresses<>+72(SB)/8, $·squareAVX512(SB)
DATA addresses<>+80(SB)/8, $·sqrtAVX2(SB)
DATA addresses<>+88(SB)/8, $·sqrtAVX512(SB)
DATA addresses<>+96(SB)/8, $·reciprocalAVX2(SB)
DATA addresses<>+104(SB)/8, $·reciprocalAVX512(SB)
DATA addresses<>+112(SB)/8, $·reluAVX2(SB)
DATA addresses<>+120(SB)/8, $·reluAVX512(SB)
DATA addresses<>+128(SB)/8, $·expAVX2(SB)
DATA addresses<>+136(SB)/8, $·expAVX512(SB)
DATA addresses<>+144(SB)/8, $·expm1AVX2(SB)
DATA addresses<>+152(SB)/8, $·expm1AVX512(SB)
DATA addresses<>+160(SB)/8, $·logAVX2(SB)
DATA addresses<>+168(SB)/8, $·logAVX512(SB)
DATA addresses<>+176(SB)/8, $·log1pAVX2(SB)
DATA addresses<>+184(SB)/8, $·log1pAVX512(SB)
DATA addresses<>+192(SB)/8, $·tanhAVX2(SB)
DATA addresses<>+200(SB)/8, $·tanhAVX512(SB)
DATA addresses<>+208(SB)/8, $·sigmoidAVX2(SB)
DATA addresses<>+216(SB)/8, $·sigmoidAVX512(SB)
DATA addresses<>+224(SB)/8, $·logSigmoidAVX2(SB)
DATA addresses<>+232(SB)/8, $·logSigmoidAVX512(SB)
DATA addresses<>+240(SB)/8, $·softplusAVX2(SB)
DATA addresses<>+248(SB)/8, $·softplusAVX512(SB)
DATA addresses<>+256(SB)/8, $·addAVX2(SB)
DATA addresses<>+264(SB)/8, $·addAVX512(SB)
DATA addresses<>+272(SB)/8, $·subAVX2(SB)
DATA addresses<>+280(SB)/8, $·subAVX512(SB)
DATA addresses<>+288(SB)/8, $·mulAVX2(SB)
DATA addresses<>+296(SB)/8, $·mulAVX512(SB)
DATA addresses<>+304(SB)/8, $·divAVX2(SB)
DATA addresses<>+312(SB)/8, $·divAVX512(SB)
DATA addresses<>+320(SB)/8, $·minAVX2(SB)
DATA addresses<>+328(SB)/8, $·minAVX512(SB)
DATA addresses<>+336(SB)/8, $·maxAVX2(SB)
DATA addresses<>+344(SB)/8, $·maxAVX512(SB)
DATA addresses<>+352(SB)/8, $·lessAVX2(SB)
DATA addresses<>+360(SB)/8, $·lessAVX512(SB)
DATA addresses<>+368(SB)/8, $·lessEqualAVX2(SB)
DATA addresses<>+376(SB)/8, $·lessEqualAVX512(SB)
DATA addresses<>+384(SB)/8, $·equalAVX2(SB)
DATA addresses<>+392(SB)/8, $·equalAVX512(SB)
DATA addresses<>+400(SB)/8, $·notEqualAVX2(SB)
DATA addresses<>+408(SB)/8, $·notEqualAVX512(SB)
DATA addresses<>+416(SB)/8, $·whereAVX2(SB)
DATA addresses<>+424(SB)/8, $·whereAVX512(SB)
DATA addresses<>+432(SB)/8, $·mulAddAVX2(SB)
DATA addresses<>+440(SB)/8, $·mulAddAVX512(SB)
DATA addresses<>+448(SB)/8, $·mulSubAVX2(SB)
DATA addresses<>+456(SB)/8, $·mulSubAVX512(SB)
DATA addresses<>+464(SB)/8, $·subMulAVX2(SB)
DATA addresses<>+472(SB)/8, $·subMulAVX512(SB)
DATA addresses<>+480(SB)/8, $·softplusSigmoidAVX2(SB)
DATA addresses<>+488(SB)/8, $·softplusSigmoidAVX512(SB)
DATA addresses<>+496(SB)/8, $·adamAVX2(SB)
DATA addresses<>+504(SB)/8, $·adamAVX512(SB)
DATA addresses<>+512(SB)/8, $·normalAVX2(SB)
DATA addresses<>+520(SB)/8, $·normalAVX512(SB)
DATA addresses<>+528(SB)/8, $·uniformAVX2(SB)
DATA addresses<>+536(SB)/8, $·uniformAVX512(SB)
DATA addresses<>+544(SB)/8, $·sumRowAVX2(SB)
DATA addresses<>+552(SB)/8, $·sumRowAVX512(SB)
DATA addresses<>+560(SB)/8, $·clampAVX2(SB)
DATA addresses<>+568(SB)/8, $·clampAVX512(SB)
DATA addresses<>+576(SB)/8, $·leakyReLUAVX2(SB)
DATA addresses<>+584(SB)/8, $·leakyReLUAVX512(SB)
DATA addresses<>+592(SB)/8, $·eluAVX2(SB)
DATA addresses<>+600(SB)/8, $·eluAVX512(SB)
GLOBL addresses<>(SB), RODATA, $608

// func address(i int) uintptr
TEXT ·address(SB), NOSPLIT, $0-16
	MOVQ i+0(FP), AX
	LEAQ addresses<>(SB), CX
	MOVQ (CX)(AX*8), AX
	MOVQ AX, ret+8(FP)
	RET

DATA flushing<>+0(SB)/4, $0x9fc0
GLOBL flushing<>(SB), RODATA, $4

// func runTiles(calls *Call, n int, tiles int)
TEXT ·runTiles(SB), 0, $112-24
	NO_LOCAL_POINTERS
	STMXCSR CALLER
	LDMXCSR flushing<>(SB)
	MOVQ tiles+16(FP), AX
	MOVQ AX, TILES

tile:
	DECQ TILES
	JLT  done
	MOVQ calls+0(FP), R12
	MOVQ n+8(FP), AX
	MOVQ AX, LEFT

call:
	MOVQ WORDS(R12), CX
	XORQ DX, DX

word:
	MOVQ ARGS(R12)(DX*8), AX
	MOVQ AX, 0(SP)(DX*8)
	ADDQ STEPS(R12)(DX*8), AX
	CMPQ AX, ENDS(R12)(DX*8)
	JCS  within
	SUBQ BACKS(R12)(DX*8), AX

within:
	MOVQ AX, ARGS(R12)(DX*8)
	INCQ DX
	CMPQ DX, CX
	JLT  word

	MOVQ R12, NEXT
	MOVQ FN(R12), AX
	CALL AX
	MOVQ NEXT, R12
	MOVQ RESULT(R12), DX
	TESTQ DX, DX
	JEQ  next
	MOVQ 16(SP), AX // the result of sumRow
	MOVQ AX, (DX)
	ADDQ $8, RESULT(R12)

next:
	ADDQ $SIZE, R12
	DECQ LEFT
	JNE  call
	JMP  tile

done:
	LDMXCSR CALLER
	RET
