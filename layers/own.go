package layers

// own is the key under which a graph keeps a node that a layer, a pointer, makes once in it.
type own struct {
	layer any
	part  string
}
