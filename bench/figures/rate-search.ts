// Finds the highest rate that a subject sustains: up in steps, back by halves, then held for longer.

import { type Trial, wasDisturbed } from './trial.ts'

export type SearchSteps = {
  /** A rate that passed is multiplied by this. */
  up: number
  stepSeconds: number
  holdSeconds: number
  halvings: number
  /** The search ends after so long; one hold is still tried. */
  budgetSeconds: number
  p99MaxMs: number
  rateMax: number
}

export type RateSearch = {
  highest: Trial
  /** `step`: only a short step stayed within the bound. `none`: nothing did. */
  outcome: 'held' | 'step' | 'none'
  trials: Trial[]
}

const down = 0.9
const holdsMax = 6

function sustained({ p99Ms, report: { faults } }: Trial, p99MaxMs: number): boolean {
  const broken = { ...faults.refused, ...faults.closed }
  return p99Ms <= p99MaxMs && Object.keys(broken).length === 0
}

export async function findHighest(
  attempt: (rate: number, seconds: number) => Promise<Trial>,
  from: number,
  { up, stepSeconds, holdSeconds, halvings, budgetSeconds, p99MaxMs, rateMax }: SearchSteps,
): Promise<RateSearch> {
  const trials: Trial[] = []
  const deadline = performance.now() + budgetSeconds * 1000
  const inTime = () => performance.now() < deadline
  const holds = async (rate: number, seconds: number) => {
    const trial = await attempt(rate, seconds)
    trials.push(trial)
    return sustained(trial, p99MaxMs)
  }
  /** One hiccup of the machine decides the p99 of a short step, so a failed rate is tried again. */
  const passes = async (rate: number) =>
    (await holds(rate, stepSeconds)) || (inTime() && (await holds(rate, stepSeconds)))

  let low = Math.min(from, rateMax)
  while (!(await passes(low)) && inTime()) low /= up * up
  let high = Math.min(rateMax, low * up)
  while (inTime() && low < rateMax && (await passes(high))) {
    low = high
    high = Math.min(rateMax, high * up)
  }
  for (let n = 0; n < halvings && low < rateMax && inTime(); n++) {
    const middle = Math.sqrt(low * high)
    if (await passes(middle)) low = middle
    else high = middle
  }
  for (let n = 0; n < holdsMax && (n === 0 || inTime()); n++) {
    if (await holds(low, holdSeconds))
      return { highest: trials.at(-1) as Trial, outcome: 'held', trials }
    if (!wasDisturbed(trials.at(-1) as Trial)) low *= down
  }
  const passed = trials.filter((trial) => sustained(trial, p99MaxMs))
  const highest = passed.sort((a, b) => b.rate - a.rate)[0]
  return highest
    ? { highest, outcome: 'step', trials }
    : { highest: trials.at(-1) as Trial, outcome: 'none', trials }
}
