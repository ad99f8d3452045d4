package kernel

// Argument is an array that a Call reads or writes: at the tile; where it is, if Fixed, for all tiles; or
// a single element for all elements of all tiles.
type Argument struct {
	At            *float32
	Single, Fixed bool
}
