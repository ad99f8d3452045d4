package resnet

import "credence/layers"

// FLOPs are counted as in the authors' code: two for each multiplication and addition of a convolution, and none for what
// else there is.

// flops returns those of a convolution that makes images of so many pixels.
func flops(c *layers.Conv2D, pixels int) int {
	if c == nil {
		return 0
	}
	return 2 * pixels * c.W.Value().Len()
}

// pixels returns how many pixels the images of a stage have.
func (n *Network) pixels(stage int) int {
	height, width := n.config.Image[0], n.config.Image[1]
	for range stage {
		height, width = (height+1)/2, (width+1)/2
	}
	return height * width
}

// stemFLOPs returns those of an image before the first block.
func (n *Network) stemFLOPs() int { return flops(n.stem, n.pixels(0)) }

// blockFLOPs returns those of an image in a block.
func (n *Network) blockFLOPs(stage, unit int) int {
	b, pixels := n.stages[stage][unit], n.pixels(stage)
	return flops(b.conv0, pixels) + flops(b.conv1, pixels) + flops(b.shortcut, pixels)
}

// FLOPs returns those of an image that passes all blocks.
func (n *Network) FLOPs() int {
	sum := n.stemFLOPs()
	for s, blocks := range n.stages {
		for unit := range blocks {
			sum += n.blockFLOPs(s, unit)
		}
	}
	return sum
}
