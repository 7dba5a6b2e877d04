// How relay objects near their people would carry a million listeners: `node simulation/run.ts`.
// On paper, but with the pace of the room and the back-off of the client, as they are in `src/`.

import { percentile } from '../generator/histogram.ts'
import { messagesPerRequest, objectGB, prices } from '../prices.ts'
import { table } from '../table.ts'
import { type Outcome, type Shape, simulate } from './tree.ts'

const weather = { rate: 200, seconds: 20, seed: 1, sampled: 2_000 }

const shapes: Shape[] = [
  { regions: 0, leaves: 0, peopleEach: 2_000 },
  { regions: 0, leaves: 5, peopleEach: 2_000 },
  { regions: 0, leaves: 50, peopleEach: 2_000 },
  { regions: 9, leaves: 50, peopleEach: 2_000 },
  { regions: 0, leaves: 500, peopleEach: 2_000 },
  { regions: 9, leaves: 500, peopleEach: 2_000 },
  { regions: 9, leaves: 100, peopleEach: 10_000 },
]

console.log(
  `${weather.rate} messages a second for ${weather.seconds} s; a relay of each kind dies.\n`,
)
console.log(
  table(
    [
      ...['listeners', 'relays: regions', 'leaves', 'people each', 'p50 ms', 'p99 ms'],
      ...['core: room', 'busiest', 'orphans', 'last whole again s', 'lost', 'doubled'],
      'US dollars an hour',
    ],
    shapes.map((shape) => row(shape, simulate(shape, weather))),
  ),
)

function row(shape: Shape, outcome: Outcome): string[] {
  const at = (share: number) => percentile(outcome.latency, share).toFixed(0)
  return [
    outcome.people.toLocaleString('en'),
    `${shape.regions}`,
    `${shape.leaves}`,
    shape.peopleEach.toLocaleString('en'),
    at(0.5),
    at(0.99),
    outcome.root.toFixed(2),
    outcome.busiest.toFixed(2),
    outcome.orphans.toLocaleString('en'),
    shape.leaves === 0 ? '' : (outcome.slowestReturnMs / 1000).toFixed(1),
    `${outcome.lost}`,
    `${outcome.doubled}`,
    hourlyUsd(outcome).toFixed(2),
  ]
}

/** What the relays cost on top of the room, while it talks. */
function hourlyUsd({ relays, receivedPerSecond }: Outcome): number {
  const { duration, objectRequests } = prices
  const gbSeconds = relays * objectGB * 3_600
  const requests = (receivedPerSecond * 3_600) / messagesPerRequest
  return (
    (gbSeconds / duration.per) * duration.usd + (requests / objectRequests.per) * objectRequests.usd
  )
}
