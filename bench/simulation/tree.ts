// The room, relays in the regions, relays near their people, and some of the people of each. Relays
// die while the room talks; whoever hung on them goes to another and resumes.

import { backOff } from '../../src/client/backoff.ts'
import { type Buckets, Histogram } from '../generator/histogram.ts'
import { Client } from './client.ts'
import { createChance, createClock } from './clock.ts'
import { type Listener, Relay } from './relay.ts'

export type Shape = {
  /** 0: the leaves, or the people, hang on the room itself. */
  regions: number
  leaves: number
  /** Of each leaf, or of the room if there are no leaves. */
  peopleEach: number
}

export type Weather = {
  rate: number
  seconds: number
  seed: number
  /** People who are simulated one by one, spread over the leaves. */
  sampled: number
}

export type Outcome = {
  relays: number
  people: number
  /** From the room's taking in to the arrival. */
  latency: Buckets
  lost: number
  doubled: number
  /** From the death of a relay until the last one knew what the room knew at that time. */
  slowestReturnMs: number
  /** People who hung on a relay that died, at any distance. */
  orphans: number
  /** Share of a core for sending, of the busiest object and of the room. */
  busiest: number
  root: number
  /** WebSocket messages that relays received, all together in a second. */
  receivedPerSecond: number
}

/** One way, in milliseconds. */
const nearMs = 15
const oceanMs = { least: 20, most: 120 }
/** Until a closed line is noticed. */
const noticeMs = 1_000
const sendMs = 0.03
const afterwardsMs = 5_000

export function simulate(shape: Shape, { rate, seconds, seed, sampled }: Weather): Outcome {
  const clock = createClock()
  const chance = createChance(seed)
  const uses = { clock, chance }
  const takenAt: number[] = [0]
  const latency = new Histogram()
  const clients: Client[] = []
  const regional: Relay[] = []
  const leaves: Relay[] = []
  const parents = new Map<Listener & { head?: number }, Relay>()
  let orphans = 0

  const oceans = () => oceanMs.least + chance() * (oceanMs.most - oceanMs.least)
  const simulated = Math.ceil(sampled / Math.max(1, shape.leaves))
  const root = new Relay(uses, shape.leaves === 0 ? shape.peopleEach - simulated : 0)
  const hang = (listener: Listener, parent: Relay, since: number, latencyMs: number) => {
    parents.set(listener, parent)
    parent.admit(listener, since, latencyMs)
  }
  for (let n = 0; n < shape.regions; n++) {
    const relay = new Relay(uses, 0)
    regional.push(relay)
    hang(relay, root, 0, oceans())
  }
  for (let n = 0; n < shape.leaves; n++) {
    const relay = new Relay(uses, shape.peopleEach - simulated)
    leaves.push(relay)
    const region = regional[n % regional.length]
    hang(relay, region ?? root, 0, region ? nearMs : oceans())
  }
  for (const leaf of leaves.length > 0 ? leaves : [root])
    for (let n = 0; n < simulated; n++) {
      const client = new Client(clock, takenAt, latency)
      clients.push(client)
      hang(client, leaf, 0, leaf === root ? nearMs + oceans() : nearMs)
    }

  const sayOne = () => {
    takenAt.push(clock.now())
    root.hear(root.head, root.head + 1)
    const wait = (-Math.log(1 - chance()) * 1000) / rate
    if (clock.now() + wait < seconds * 1000) clock.after(wait, sayOne)
  }
  clock.after(0, sayOne)

  /** Its listeners notice, wait as a client waits, and go to another of the same kind. */
  const kill = (relay: Relay | undefined, siblings: Relay[]) => {
    if (!relay) return
    relay.die()
    const others = siblings.filter((other) => other !== relay && !other.isDead)
    for (const [listener, parent] of [...parents]) {
      if (parent !== relay) continue
      for (const client of peopleBelow(listener)) client.orphan(root.head)
      const next = others[Math.floor(chance() * others.length)] ?? root
      clock.after(chance() * noticeMs + backOff(0, chance()), () => {
        const since = listener instanceof Client ? listener.seq : (listener as Relay).head
        hang(listener, next, since, nearMs)
      })
    }
  }
  const peopleBelow = (listener: Listener): Client[] => {
    if (listener instanceof Client) {
      orphans++
      return [listener]
    }
    return [...parents].flatMap(([one, parent]) => (parent === listener ? peopleBelow(one) : []))
  }
  clock.after(seconds * 400, () => kill(regional[0], regional))
  clock.after(seconds * 600, () => kill(leaves.at(-1), leaves))
  clock.run(seconds * 1000 + afterwardsMs)

  const relays = [...regional, ...leaves]
  const share = ({ sends }: Relay) => (sends * sendMs) / (seconds * 1000)
  return {
    relays: relays.length,
    people: Math.max(1, shape.leaves) * shape.peopleEach,
    latency: latency.buckets(),
    lost: clients.reduce((sum, { seq, holes }) => sum + holes + (root.head - seq), 0),
    doubled: clients.reduce((sum, client) => sum + client.doubled, 0),
    slowestReturnMs: Math.max(...clients.map(({ slowestReturnMs }) => slowestReturnMs)),
    orphans: (orphans / simulated) * shape.peopleEach,
    busiest: Math.max(...[root, ...relays].map(share)),
    root: share(root),
    receivedPerSecond: relays.reduce((sum, { received }) => sum + received, 0) / seconds,
  }
}
