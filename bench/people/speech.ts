// What people say, when it was due, and how long it took to everyone who heard it.

import { performance } from 'node:perf_hooks'
import { Histogram } from '../generator/histogram.ts'
import type { Heard } from './hearing.ts'
import type { Talk } from './orders.ts'
import type { Person } from './person.ts'
import { textOf } from './words.ts'

const leadMs = 20
/** Of a word of this process: others may talk in the same room. */
const mark = `${process.pid}:`
const numberLength = 9

export class Speech {
  readonly #people: Person[]
  readonly #dues: number[] = []
  #latency = new Histogram()
  #worstMs = 0
  #refused: Record<string, number> = {}
  #loop = performance.eventLoopUtilization()
  #saidBefore = 0
  #last = Number.POSITIVE_INFINITY
  #onEnd: (sent: number) => void = () => {}
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(people: Person[]) {
    this.#people = people
  }

  begin(rate: number, contentBytes: number): void {
    const textBytes = Math.max(1, contentBytes - mark.length - numberLength - 1)
    const start = performance.now() + leadMs
    this.#saidBefore = this.#dues.length
    this.#last = Number.POSITIVE_INFINITY
    this.#latency = new Histogram()
    this.#worstMs = 0
    this.#refused = {}
    this.#loop = performance.eventLoopUtilization()
    const dueOf = (n: number) => start + (n * 1000) / rate
    const sayWhatIsDue = () => {
      for (;;) {
        const said = this.#dues.length - this.#saidBefore
        if (said >= this.#last) return this.#onEnd(said)
        const due = dueOf(said)
        const wait = due - performance.now()
        if (wait > 0) {
          this.#timer = setTimeout(sayWhatIsDue, wait)
          return
        }
        this.#say(due, textBytes)
      }
    }
    sayWhatIsDue()
  }

  /** After so many messages of this talk; at once if there are more already. Gives how many. */
  end(messages: number): Promise<number> {
    return new Promise((resolve) => {
      this.#last = messages
      this.#onEnd = resolve
      const said = this.#dues.length - this.#saidBefore
      if (said < messages) return
      clearTimeout(this.#timer)
      resolve(said)
    })
  }

  /** To be asked for when all was heard. */
  get report(): Talk {
    return {
      refused: this.#refused,
      latency: this.#latency.buckets(),
      worstMs: this.#worstMs,
      busy: performance.eventLoopUtilization(this.#loop).utilization,
    }
  }

  heard(messages: Heard['messages']): void {
    const now = performance.now()
    for (const { content } of messages) {
      if (!content.startsWith(mark)) continue
      const number = Number(content.slice(mark.length, mark.length + numberLength))
      const tookMs = now - (this.#dues[number] ?? Number.NaN)
      this.#latency.add(tookMs)
      this.#worstMs = Math.max(this.#worstMs, tookMs)
    }
  }

  refuse(code: string): void {
    this.#refused[code] = (this.#refused[code] ?? 0) + 1
  }

  #say(due: number, textBytes: number): void {
    const number = this.#dues.push(due) - 1
    const content = `${mark}${String(number).padStart(numberLength, '0')} ${textOf(number, textBytes)}`
    const data = { content, client_id: crypto.randomUUID() }
    this.#people[number % this.#people.length]?.say(JSON.stringify({ event: 'send_message', data }))
  }
}
