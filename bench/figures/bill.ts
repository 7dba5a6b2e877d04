// A million messages as the price lists would bill them, from what was counted.

import type { Meter } from '../house/meter.ts'
import { messagesPerRequest, neonCU, objectGB, type Price, prices, readOn } from '../prices.ts'
import { table } from '../table.ts'

export type Counted = {
  messages: number
  /** While they were said and heard. */
  seconds: number
  meter: Meter
  /** Of the room's process. */
  cpuSeconds: number
  /** In Postgres, of one message. */
  archiveBytes: number
}

const million = 1_000_000
/**
 * Rows that a message's deletion counts as when the log is pruned and when its day of client ids is
 * over: seen once by those statements on 10,000 rows, as no run lasts so long.
 */
const deletedLater = 2

type Item = { price: Price; formula: string; units: (counted: Counted) => number }

/** Units for all that was counted. */
const items: Item[] = [
  {
    price: prices.rowsWritten,
    formula: 'rows written + alarms set',
    units: ({ meter }) => meter.rowsWritten + meter.alarmsSet,
  },
  {
    price: { ...prices.rowsWritten, what: 'SQLite rows deleted, later' },
    formula: `${deletedLater} a message`,
    units: ({ messages }) => messages * deletedLater,
  },
  { price: prices.rowsRead, formula: 'rows read', units: ({ meter }) => meter.rowsRead },
  {
    price: prices.objectRequests,
    formula: `messages in / ${messagesPerRequest} + alarms run + connects`,
    units: ({ meter }) =>
      meter.incomingMessages / messagesPerRequest + meter.alarmsRun + meter.objectRequests,
  },
  {
    price: prices.duration,
    formula: `seconds × ${objectGB} GB`,
    units: ({ seconds }) => seconds * objectGB,
  },
  {
    price: prices.neonCompute,
    formula: `hours × ${neonCU} CU`,
    units: ({ seconds }) => (seconds / 3_600) * neonCU,
  },
  {
    price: prices.neonEgress,
    formula: 'bytes received from Neon',
    units: ({ meter }) => meter.neon.bytesIn / 1e9,
  },
  {
    price: prices.neonStorage,
    formula: 'bytes in Postgres, for one month',
    units: ({ messages, archiveBytes }) => (messages * archiveBytes) / 1e9,
  },
  {
    price: prices.redisCommands,
    formula: 'Redis commands',
    units: ({ meter }) => meter.redis.commands,
  },
]

export function bill(columns: (Counted & { name: string })[]): string[] {
  const scaled = (counted: Counted, { units }: Item) =>
    (units(counted) / counted.messages) * million
  const usd = (counted: Counted, item: Item) =>
    (scaled(counted, item) / item.price.per) * item.price.usd
  const total = (counted: Counted) => items.reduce((sum, item) => sum + usd(counted, item), 0)
  return [
    '### A million messages, in US dollars',
    '',
    table(
      ['', 'units', ...columns.map(({ name }) => name)],
      [
        ...items.map((item) => [
          item.price.what,
          item.formula,
          ...columns.map(
            (counted) => `${usd(counted, item).toFixed(2)} (${amount(scaled(counted, item))})`,
          ),
        ]),
        ['together', '', ...columns.map((counted) => total(counted).toFixed(2))],
      ],
    ),
    '',
    table(
      ['price', 'US dollars', 'page', 'its date'],
      Object.values<Price>(prices).map((price) => [
        price.what,
        `${price.usd} / ${price.per === 1 ? '' : `${price.per.toLocaleString('en')} `}${price.unit}`,
        price.page,
        price.dated,
      ]),
    ),
    '',
    `Prices were read on ${readOn}, without what the plans include. Duration is the most it can be: as ` +
      'if the object never rested between two messages.',
    '',
  ]
}

function amount(units: number): string {
  return units >= 10 ? Math.round(units).toLocaleString('en') : units.toFixed(2)
}
