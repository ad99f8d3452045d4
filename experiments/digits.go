package experiments

import "credence/data"

// firstDigits returns so many of MNIST's training and test digits, from the first on.
func firstDigits(train, test int) (training, tested *data.Images, err error) {
	all, others, err := data.MNIST()
	if err != nil {
		return nil, nil, err
	}
	if training, _, err = all.Split(train); err != nil {
		return nil, nil, err
	}
	tested, _, err = others.Split(test)
	return training, tested, err
}
