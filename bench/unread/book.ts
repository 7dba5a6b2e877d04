// What was said when, and what came of it at all listeners.

import { performance } from 'node:perf_hooks'
import { Histogram } from '../generator/histogram.ts'
import { numberIn } from '../generator/speech.ts'
import type { Sample, Verdict } from './orders.ts'

export class Book {
  readonly #dues: number[] = []
  #latency = new Histogram()
  #closed: Record<string, number> = {}
  #onlookersClosed: Record<string, number> = {}
  #loop = performance.eventLoopUtilization()
  deliveries = 0
  lastArrival = 0
  doubled = 0
  holes = 0
  reloads = 0
  readonly refused: Record<string, number> = {}

  get sent(): number {
    return this.#dues.length
  }

  /** Messages that every listener must get. */
  get expected(): number {
    return this.sent - Object.values(this.refused).reduce((sum, count) => sum + count, 0)
  }

  /** Gives the number of the next message. */
  expect(due: number): number {
    return this.#dues.push(due) - 1
  }

  arrived(content: string): void {
    const now = performance.now()
    this.#latency.add(now - (this.#dues[numberIn(content)] ?? Number.NaN))
    this.deliveries++
    this.lastArrival = now
  }

  closed(code: number): void {
    countIn(this.#closed, code)
  }

  onlookerClosed(code: number): void {
    countIn(this.#onlookersClosed, code)
  }

  refuse(code: string): void {
    countIn(this.refused, code)
  }

  /** What happened since the last sample. */
  sample(): Sample {
    const { utilization: busy } = performance.eventLoopUtilization(this.#loop)
    const latency = this.#latency.buckets()
    const sample = { latency, closed: this.#closed, onlookersClosed: this.#onlookersClosed, busy }
    this.#latency = new Histogram()
    this.#closed = {}
    this.#onlookersClosed = {}
    this.#loop = performance.eventLoopUtilization()
    return sample
  }

  verdict(lost: number): Verdict {
    const { sent, deliveries, doubled, holes, reloads, refused } = this
    return { sent, deliveries, lost, doubled, holes, reloads, refused }
  }
}

export function countIn(counts: Record<string, number>, what: string | number): void {
  counts[what] = (counts[what] ?? 0) + 1
}
