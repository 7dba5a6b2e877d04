// Which faults a round has, and when. Only the seed decides, so that a round can be repeated.

import { Random } from '../harness/random.ts'
import type { Engines } from '../harness/stores.ts'

export const kills = ['kill workerd', 'kill start', 'kill everything'] as const
export const restarts = ['restart', 'restart with slow engines'] as const
export const storeFaults = [
  'crash Postgres',
  'freeze Postgres',
  'cut off Postgres',
  'crash Redis',
  'freeze Redis',
  'slow engines',
] as const
export const connectionFaults = [
  'cut',
  'half open',
  'stop reading',
  'stall',
  'slow connection',
  'break replay',
  'forget all',
  'claim another log',
] as const

export type Kind =
  | (typeof kills)[number]
  | (typeof restarts)[number]
  | (typeof storeFaults)[number]
  | (typeof connectionFaults)[number]

export type Fault = {
  kind: Kind
  /** After the start of the round. */
  startsAtMs: number
  durationMs: number
  /** The indexes of the clients that it affects. */
  clients: number[]
  /** For each of the next connections, the bytes after which its replay breaks off. */
  breaks: number[]
}

export type Plan = {
  faults: Fault[]
  /** The indexes of the clients that are offline in this round. */
  absent: number[]
}

const isOneOf = <T extends string>(kinds: readonly T[], kind: string): kind is T =>
  (kinds as readonly string[]).includes(kind)

export const isKill = (kind: Kind) => isOneOf(kills, kind)
export const isStoreFault = (kind: Kind) => isOneOf(storeFaults, kind)
/** Faults that start the service again, for which its stores must be running. */
export const restartsService = (kind: Kind) =>
  (isKill(kind) && kind !== 'kill workerd') || isOneOf(restarts, kind)

/** Affected clients reload instead of resuming, so not all may be affected. */
const reloads = (kind: Kind) => kind === 'forget all' || kind === 'claim another log'

/** Whether the client does not offer `chat.v1`. */
export const isPlain = (client: number) => client % 3 === 2

type Main = Kind | 'connections only'

const killDeck: Kind[] = ['kill workerd', 'kill start', 'kill everything', 'kill workerd']
const otherDecks: Record<Engines, Main[]> = {
  real: [...storeFaults, 'restart'],
  embedded: ['restart', 'restart with slow engines', 'connections only', 'restart'],
}

/** Every second round has a kill; the others have the other faults in turn, in the seed's order. */
function mainOf(seed: number, engines: Engines, round: number): Main {
  const turn = round >> 1
  const deck: Main[] = round % 2 === 1 ? killDeck : otherDecks[engines]
  const lap = Math.floor(turn / deck.length)
  const shuffled = new Random(seed, round % 2, lap).shuffle(deck)
  return shuffled[turn % deck.length] as Main
}

/** @param round from 0 */
export function planRound(
  { seed, engines, clients }: { seed: number; engines: Engines; clients: number },
  round: number,
): Plan {
  const random = new Random(seed, round, 99)
  const everyone = Array.from({ length: clients }, (_, index) => index)
  const affected = (kind: Kind): number[] => {
    // Clients of `chat.v1` receive a replay in one message.
    if (kind === 'break replay') return everyone.filter(isPlain)
    const all = random.chance(0.2) && !reloads(kind)
    return random.some(everyone, all ? clients : random.between(1, 6))
  }
  const fault = (kind: Kind, at: number, durationMs: number): Fault => ({
    kind,
    startsAtMs: at,
    durationMs,
    clients: affected(kind),
    breaks: Array.from({ length: random.between(2, 4) }, () => random.between(2_500, 12_000)),
  })

  const main = mainOf(seed, engines, round)
  const at = random.between(1_500, 2_500)
  const faults: Fault[] = []
  if (main !== 'connections only') faults.push(fault(main, at, random.between(500, 3_000)))
  // So that the kill finds a backlog that Postgres does not have.
  if (engines === 'real' && main !== 'connections only' && isKill(main) && random.chance(0.5))
    faults.push(fault(random.pick(['crash Postgres', 'cut off Postgres']), at - 1_200, 2_000))
  for (let line = random.between(2, 4); line > 0; line--)
    faults.push(
      fault(random.pick(connectionFaults), random.between(300, 3_500), random.between(400, 1_800)),
    )
  const quiet = main === 'connections only' || !(isKill(main) || restartsService(main))
  return { faults, absent: quiet && random.chance(0.4) ? random.some(everyone, 2) : [] }
}
