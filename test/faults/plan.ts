// Which faults a round has, and when: chosen by the seed alone, so that a round can be had again.

import { Random } from './random.ts'

export type Engines = 'real' | 'embedded'

export const kills = ['kill workerd', 'kill start', 'kill everything'] as const
export const restarts = ['restart', 'restart with slow engines'] as const
export const engineFaults = [
  'crash Postgres',
  'freeze Postgres',
  'cut off Postgres',
  'crash Redis',
  'freeze Redis',
  'slow engines',
] as const
export const lineFaults = [
  'cut',
  'half open',
  'stop reading',
  'stall',
  'slow line',
  'break replay',
  'forget all',
  'claim another log',
] as const

export type Kind =
  | (typeof kills)[number]
  | (typeof restarts)[number]
  | (typeof engineFaults)[number]
  | (typeof lineFaults)[number]

export type Fault = {
  kind: Kind
  /** After the beginning of the round, milliseconds. */
  at: number
  /** Milliseconds. */
  lasts: number
  /** The clients it strikes. */
  who: number[]
  /** Bytes until a replay breaks off, once for each of the next connections. */
  breaks: number[]
}

export type Plan = {
  faults: Fault[]
  /** Who is away for the round. */
  absent: number[]
}

const isOneOf = <T extends string>(kinds: readonly T[], kind: string): kind is T =>
  (kinds as readonly string[]).includes(kind)

export const isKill = (kind: Kind) => isOneOf(kills, kind)
export const isEngineFault = (kind: Kind) => isOneOf(engineFaults, kind)
/** The service is started anew: its engines must be there first. */
export const startsAnew = (kind: Kind) =>
  (isKill(kind) && kind !== 'kill workerd') || isOneOf(restarts, kind)

/** Who is struck does not resume, so it must not strike all. */
const reloads = (kind: Kind) => kind === 'forget all' || kind === 'claim another log'

/** Which clients do not take arrays of frames. */
export const isPlain = (client: number) => client % 3 === 2

type Main = Kind | 'lines only'

const killDeck: Kind[] = ['kill workerd', 'kill start', 'kill everything', 'kill workerd']
const otherDecks: Record<Engines, Main[]> = {
  real: [...engineFaults, 'restart'],
  embedded: ['restart', 'restart with slow engines', 'lines only', 'restart'],
}

/** Every second round has a kill; in between the other faults come in turn, in the seed's order. */
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
  const struck = (kind: Kind): number[] => {
    // Others get a replay in one piece.
    if (kind === 'break replay') return everyone.filter(isPlain)
    const all = random.chance(0.2) && !reloads(kind)
    return random.some(everyone, all ? clients : random.between(1, 6))
  }
  const fault = (kind: Kind, at: number, lasts: number): Fault => ({
    kind,
    at,
    lasts,
    who: struck(kind),
    breaks: Array.from({ length: random.between(2, 4) }, () => random.between(2_500, 12_000)),
  })

  const main = mainOf(seed, engines, round)
  const at = random.between(1_500, 2_500)
  const faults: Fault[] = []
  if (main !== 'lines only') faults.push(fault(main, at, random.between(500, 3_000)))
  // Killed with a backlog that Postgres has not seen.
  if (engines === 'real' && main !== 'lines only' && isKill(main) && random.chance(0.5))
    faults.push(fault(random.pick(['crash Postgres', 'cut off Postgres']), at - 1_200, 2_000))
  for (let line = random.between(2, 4); line > 0; line--)
    faults.push(
      fault(random.pick(lineFaults), random.between(300, 3_500), random.between(400, 1_800)),
    )
  const quiet = main === 'lines only' || !(isKill(main) || startsAnew(main))
  return { faults, absent: quiet && random.chance(0.4) ? random.some(everyone, 2) : [] }
}
