package infer

// PredictSteps is the step from which predictions run their programs: noise that no training has seen.
const PredictSteps uint64 = 1 << 62
