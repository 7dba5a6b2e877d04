// The people's process: takes one order at a time from the bench and answers it.

import { setTimeout as delay } from 'node:timers/promises'
import { carryOut } from '../errands.ts'
import { Book, countIn } from './book.ts'
import { createReading } from './frames.ts'
import { Listener } from './listener.ts'
import { Onlooker } from './onlooker.ts'
import type { Answers, Orders } from './orders.ts'
import { Sleeper } from './sleeper.ts'

const connectsAtOnce = 10
const leadMs = 50
/** What has not come when nothing came for so long is lost. */
const lostAfterMs = 8_000
/** A woken sleeper that hears nothing for so long has read everything. */
const wokenQuietMs = 15_000
const digits = 9

let book = new Book()
let listeners: Listener[] = []
let onlookers: Onlooker[] = []
let sleepers: Sleeper[] = []

carryOut<Orders, Answers>({
  async enter({ doors }) {
    book = new Book()
    const read = createReading()
    listeners = doors.map((door) => new Listener(door, book, read))
    await inTurns(listeners, (listener) => listener.enter())
    return {}
  },
  async look({ doors }) {
    onlookers = doors.map((door) => new Onlooker(door, (code) => book.onlookerClosed(code)))
    await inTurns(onlookers, (onlooker) => onlooker.enter())
    return {}
  },
  async sleep({ doors, socketsEach, kind }) {
    const places = doors.flatMap((door) => Array.from({ length: socketsEach }, () => door))
    await inTurns(places, async (door) => {
      const sleeper = new Sleeper(door, kind)
      sleepers.push(sleeper)
      await sleeper.asleep
    })
    return {}
  },
  async talk(order) {
    talk(order)
    return {}
  },
  sample: async () => book.sample(),
  async settle() {
    const begun = performance.now()
    const missing = () => listeners.map(({ received }) => Math.max(0, book.expected - received))
    const quietMs = () => performance.now() - Math.max(begun, book.lastArrival)
    while (missing().some((count) => count > 0) && quietMs() < lostAfterMs) await delay(20)
    return book.verdict(missing().reduce((sum, count) => sum + count, 0))
  },
  async wake() {
    const counts: Record<string, number> = {}
    await Promise.all(
      sleepers.map(async (sleeper) => {
        const code = await sleeper.wake(wokenQuietMs)
        countIn(counts, `${sleeper.kind}: ${code ?? 'open'}`)
      }),
    )
    return counts
  },
  async leave() {
    for (const one of [...listeners, ...onlookers, ...sleepers]) one.leave()
    listeners = []
    onlookers = []
    sleepers = []
    return {}
  },
})

async function inTurns<T>(all: T[], enter: (one: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < all.length; first += connectsAtOnce)
    await Promise.all(all.slice(first, first + connectsAtOnce).map(enter))
}

function talk({ rate, seconds, contentBytes }: Orders['talk']): void {
  const messages = Math.round(rate * seconds)
  const filler = 'x'.repeat(contentBytes - digits - 1)
  const start = performance.now() + leadMs
  const dueOf = (n: number) => start + (n * 1000) / rate
  let next = 0
  const sayWhatIsDue = () => {
    for (; next < messages && dueOf(next) <= performance.now(); next++) {
      const number = book.expect(dueOf(next))
      const content = `${String(number).padStart(digits, '0')} ${filler}`
      listeners[number % listeners.length]?.say(content)
    }
    if (next < messages) setTimeout(sayWhatIsDue, Math.max(0, dueOf(next) - performance.now()))
  }
  sayWhatIsDue()
}
