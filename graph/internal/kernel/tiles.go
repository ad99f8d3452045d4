package kernel

// Argument is an array that a Call reads or writes: at the tile; where it is, if Fixed, for all tiles; or
// a single element for all elements of all tiles. One that repeats after Period elements is read from at most so many behind
// Start, for each tile as many as a tile has.
type Argument struct {
	At            *float32
	Single, Fixed bool
	Start         *float32
	Period        int // 0 for none
}
