package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// mxcsr emits what tests need to look at the control register of the processor.
func mxcsr(c *build.Context) {
	c.Function("mxcsr")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func() uint32")
	c.Doc("mxcsr returns the control and status register of floating-point arithmetic.")
	local, v := c.AllocLocal(8), c.GP32()
	c.STMXCSR(local)
	c.MOVL(local, v)
	c.Store(v, c.ReturnIndex(0))
	c.RET()

	c.Function("setMXCSR")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(value uint32)")
	c.Doc("setMXCSR sets that register.")
	c.LDMXCSR(operand.NewParamAddr("value", 0))
	c.RET()
}
