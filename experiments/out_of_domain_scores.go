package experiments

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"math"

	"credence/data"
	"credence/metrics"
	"credence/models/vae"
)

// densities are what a network makes of images, in nats.
type densities struct{ LogP, Bound []float64 }

func (p domainPlan) densitiesOf(ctx context.Context, v *vae.VAE, set *data.Images) (d densities, err error) {
	if d.LogP, err = v.LogEvidence(ctx, set, p.Draws); err != nil {
		return d, err
	}
	d.Bound, err = v.Bounds(ctx, set, p.Draws)
	return d, err
}

// scoredSets returns the first test images of each set, each pixel drawn once.
func (p domainPlan) scoredSets(domains []domain) ([]*data.Images, error) {
	var sets []*data.Images
	for _, d := range domains {
		set, err := firstDrawn(d.test, p.Scored)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// firstDrawn returns the first n images, each pixel drawn once, from the same seed for any set.
func firstDrawn(set *data.Images, n int) (*data.Images, error) {
	first, _, err := set.Split(n)
	if err != nil {
		return nil, err
	}
	return drawnOnce(first, 1)
}

// domainScore tells images of another set by a number that is higher for them.
type domainScore struct {
	name string
	of   func(d densities, simple imageNumbers, typical float64, i int) float64
}

// imageNumbers are what is known of images without a network.
type imageNumbers struct {
	intensity []float64 // mean of the pixels, 0 to 1
	size      []float64 // of the compressed image, in nats
}

// domainScores begin with the score of which the checks are. The last is the control: it knows nothing of the images
// but how much ink they have.
var domainScores = []domainScore{
	{"log p(x)", func(d densities, _ imageNumbers, _ float64, i int) float64 { return -d.LogP[i] }},
	{"bound", func(d densities, _ imageNumbers, _ float64, i int) float64 { return -d.Bound[i] }},
	// Nalisnick et al. 2019, https://arxiv.org/abs/1906.02994, for a single image.
	{"typicality", func(d densities, _ imageNumbers, typical float64, i int) float64 {
		return math.Abs(d.LogP[i] - typical)
	}},
	// Serrà et al. 2020, https://arxiv.org/abs/1909.11480.
	{"complexity", func(d densities, simple imageNumbers, _ float64, i int) float64 { return -d.LogP[i] - simple.size[i] }},
	{"mean intensity", func(_ densities, simple imageNumbers, _ float64, i int) float64 { return simple.intensity[i] }},
}

func numbersOf(set *data.Images) (imageNumbers, error) {
	var n imageNumbers
	for i := range set.Len() {
		pixels, _ := set.At(i)
		sum := 0
		for _, p := range pixels {
			sum += int(p)
		}
		size, err := deflated(pixels)
		if err != nil {
			return n, err
		}
		n.intensity = append(n.intensity, float64(sum)/255/float64(len(pixels)))
		n.size = append(n.size, float64(8*size)*math.Ln2)
	}
	return n, nil
}

// deflated returns how many bytes are left of content when it is compressed.
func deflated(content []byte) (int, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	return packed.Len(), err
}

// areas are the AUROCs of each score by which a network tells each set from the one it was trained on.
type areas struct {
	in int
	of [][]float64 // by set and score; nil for the network's own
}

func (d domainResults) areas() ([]areas, error) {
	var simple []imageNumbers
	for _, set := range d.scored {
		n, err := numbersOf(set)
		if err != nil {
			return nil, err
		}
		simple = append(simple, n)
	}
	var all []areas
	for _, result := range d.results {
		a := areas{result.In, make([][]float64, len(d.domains))}
		for out := range d.domains {
			if out == result.In {
				continue
			}
			for _, score := range domainScores {
				var scores []float64
				var labels []int
				for label, set := range []int{result.In, out} {
					for i := range result.Sets[set].LogP {
						scores = append(scores, score.of(result.Sets[set], simple[set], result.Typical, i))
						labels = append(labels, label)
					}
				}
				area, err := metrics.AUROC(scores, labels)
				if err != nil {
					return nil, fmt.Errorf("%s by %s: %w", d.domains[out].name, score.name, err)
				}
				a.of[out] = append(a.of[out], area)
			}
		}
		all = append(all, a)
	}
	return all, nil
}
