// Checks whether an attacker can distinguish two kinds of calls by their times: the Mann-Whitney U test, and
// the difference of the medians.

import { percentile } from '../harness/metrics.ts'

export type Comparison = {
  samples: [number, number]
  /** Milliseconds. */
  medians: [number, number]
  /** Of the medians, relative to the smaller one. */
  difference: number
  /** The probability of such ranks if both kinds were alike, two-sided. */
  p: number
  distinguishable: boolean
}

/** Both must be exceeded, because with many samples even a useless difference is significant. */
const thresholds = { p: 0.001, difference: 0.05 }

export function compareTimes(first: readonly number[], second: readonly number[]): Comparison {
  const medians: [number, number] = [percentile(first, 0.5), percentile(second, 0.5)]
  const difference = Math.abs(medians[0] - medians[1]) / Math.min(...medians)
  const p = mannWhitney(first, second)
  return {
    samples: [first.length, second.length],
    medians,
    difference,
    p,
    distinguishable: p < thresholds.p && difference > thresholds.difference,
  }
}

/** The two-sided p value, by the normal approximation with the correction for ties. */
export function mannWhitney(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].sort((a, b) => a.value - b.value)
  const [n1, n2, n] = [first.length, second.length, all.length]
  let rankSum = 0
  let ties = 0
  for (let from = 0, to: number; from < n; from = to) {
    to = from + 1
    while (to < n && all[to]?.value === all[from]?.value) to++
    const rank = (from + 1 + to) / 2
    rankSum += rank * all.slice(from, to).filter(({ isFirst }) => isFirst).length
    ties += (to - from) ** 3 - (to - from)
  }
  const u = rankSum - (n1 * (n1 + 1)) / 2
  const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)))
  if (!(variance > 0)) return 1
  const z = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5) / Math.sqrt(variance)
  return 2 * normalTail(z)
}

/** The probability that a standard normal value is above z ≥ 0: Abramowitz and Stegun 7.1.26. */
function normalTail(z: number): number {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2)
  const coefficients = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  const sum = coefficients.reduceRight((rest, coefficient) => (rest + coefficient) * t, 0)
  return (sum * Math.exp((-z * z) / 2)) / 2
}

export function sentenceOf({ samples, medians, difference, p }: Comparison): string {
  const [a, b] = medians.map((ms) => ms.toFixed(2))
  const percent = (difference * 100).toFixed(2)
  return `medians ${a} and ${b} ms of ${samples.join(' and ')}, ${percent} % apart, p = ${p.toPrecision(2)}`
}
