// Pages of the history, the newest and one a million rows deep, and how many reads a second the
// service answers.

import { percentile } from '../generator/histogram.ts'
import { openArchive } from '../house/archive.ts'
import { type House, openHouse } from '../house/house.ts'
import { logIn, sayMuch } from '../house/rest.ts'
import { cpuSeconds } from '../machine.ts'
import type { Pages } from '../people/orders.ts'
import { bringIn, type People, startPeople } from '../people/people.ts'
import type { Uses } from '../subject/service.ts'
import { table } from '../table.ts'

export type HistoryRules = {
  /** Rows in the archive, and people online. */
  rows: number
  online: number
  seconds: number
  /** Callers at once, one run for each number. */
  callers: number[]
}

export type HistoryData = {
  rows: number
  online: number
  postgres: string
  pages: { what: string; answeredBy: string; reads: number; p50Ms: number; p99Ms: number }[]
  rates: RateRow[]
}

type RateRow = {
  what: string
  callers: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  failed: Record<string, number>
  /** Cores in use by the service, and by the bench with its stand-ins. */
  cores: { service: number; standIns: number }
  clientsBusy: number
}

const limit = 50
/** More than a page, so that the room answers it alone. */
const saidInRoom = 200
const contentBytes = 80
const ratioMax = 1.3
const rules = {
  MESSAGE_LIMIT: '1000000',
  ROOM_LIMIT: '1000000',
  ROOM_SENDS: '1000000000',
}

export async function measureHistory(uses: Uses, wanted: HistoryRules): Promise<HistoryData> {
  const { rows, online, seconds, callers } = wanted
  const house = await openHouse(uses, { accounts: online, rules })
  const archive = openArchive(uses.standIns)
  const readers = startPeople()
  const crowd = startPeople()
  try {
    const [author] = house.people as [House['people'][number]]
    await archive.fill(author.id, rows)
    const token = await logIn(house)
    const headers = { authorization: `Bearer ${token}` }
    const page = (cursor?: string) =>
      `${house.url}/messages?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`
    const read = (addresses: string[], lines: number) =>
      readers.ask('read', { addresses, headers, atOnce: lines, seconds })

    await read([page()], 1)
    const young = await read([page()], 1)
    await sayMuch(house, { token, count: saidInRoom, contentBytes })
    const deepest = page(archive.idOf(limit))
    await expectPage(deepest, archive.idOf(limit - 1))
    const places = [page(), page(archive.idOf(rows)), deepest]
    await read(places, 1)
    const settled = await read(places, 1)

    const doors = await Promise.all(house.people.map((one) => house.door(one, 'chat.v1')))
    await bringIn(crowd, { doors, atOnce: 100 })
    await crowd.ask('learn', { online })
    const rates: RateRow[] = []
    for (const path of [`/messages?limit=${limit}`, '/users/online', '/ready', '/auth/me'])
      for (const atOnce of callers)
        rates.push(await rateOf(path, { house, readers, headers, seconds, atOnce }))
    return {
      rows,
      online,
      postgres: uses.standIns.names.postgres,
      pages: [
        pageRow('newest', 'the room', settled, 0),
        pageRow('newest, of a room that said nothing yet', 'the room, then Postgres', young, 0),
        pageRow('the next below the room’s own', 'the room, then Postgres', settled, 1),
        pageRow(`below ${rows} rows`, 'the room, then Postgres', settled, 2),
      ],
      rates,
    }
  } finally {
    readers.stop()
    crowd.stop()
    await house.stop()
  }
}

function pageRow(what: string, answeredBy: string, pages: Pages, n: number) {
  if (Object.keys(pages.failed).length > 0) throw new Error(JSON.stringify(pages.failed))
  const latency = pages.latencies[n] ?? []
  return {
    what,
    answeredBy,
    reads: latency.reduce((sum, [, count]) => sum + count, 0),
    p50Ms: percentile(latency, 0.5),
    p99Ms: percentile(latency, 0.99),
  }
}

async function rateOf(
  path: string,
  uses: {
    house: House
    readers: People
    headers: Record<string, string>
    seconds: number
    atOnce: number
  },
): Promise<RateRow> {
  const { house, readers, headers, seconds, atOnce } = uses
  const addresses = [house.url + path]
  await readers.ask('read', { addresses, headers, atOnce, seconds: 1 })
  const own = process.cpuUsage()
  const before = cpuSeconds(house.pid)
  const pages = await readers.ask('read', { addresses, headers, atOnce, seconds })
  const service = cpuSeconds(house.pid) - before
  const { user, system } = process.cpuUsage(own)
  const failures = Object.values(pages.failed).reduce((sum, count) => sum + count, 0)
  const [latency = []] = pages.latencies
  return {
    what: `GET ${path}`,
    callers: atOnce,
    perSecond: (pages.requests - failures) / pages.seconds,
    p50Ms: percentile(latency, 0.5),
    p99Ms: percentile(latency, 0.99),
    failed: pages.failed,
    cores: {
      service: service / pages.seconds,
      standIns: (user + system) / 1e6 / pages.seconds,
    },
    clientsBusy: pages.busy,
  }
}

/** It is the page it should be, and the last one. */
async function expectPage(address: string, newestId: string): Promise<void> {
  const answer = await fetch(address)
  const { messages } = (await answer.json()) as { messages: { id: string }[] }
  if (messages.length !== limit || messages[0]?.id !== newestId)
    throw new Error(`Not the page that was asked for: ${messages.length}, ${messages[0]?.id}`)
}

export function historySection({ rows, online, postgres, pages, rates }: HistoryData): string[] {
  const p50 = (n: number) => pages[n]?.p50Ms ?? Number.NaN
  const ratios = { newest: p50(3) / p50(0), depth: p50(3) / p50(2) }
  return [
    `## History over ${rows} rows, Postgres ${postgres}`,
    '',
    table(
      [`page of ${limit}`, 'answered by', 'reads', 'p50 ms', 'p99 ms', '× the newest'],
      pages.map(({ what, answeredBy, reads, p50Ms, p99Ms }) => [
        what,
        answeredBy,
        `${reads}`,
        p50Ms.toFixed(2),
        p99Ms.toFixed(2),
        (p50Ms / p50(0)).toFixed(2),
      ]),
    ),
    '',
    `Aim: the deepest page at most ${ratioMax} × the newest: ${ratios.newest.toFixed(2)}, ` +
      `${ratios.newest <= ratioMax ? 'reached' : 'missed'}. The newest page asks no Postgres; depth ` +
      `itself costs ${ratios.depth.toFixed(2)} × the first page that does.`,
    '',
    table(
      [
        ...[
          `${online} online`,
          'callers',
          'requests/s',
          'p50 ms',
          'p99 ms',
          'cores: service',
          'stand-ins',
        ],
        ...['clients busy', 'failed'],
      ],
      rates.map(({ what, callers, perSecond, p50Ms, p99Ms, cores, clientsBusy, failed }) => [
        what,
        `${callers}`,
        perSecond.toFixed(0),
        p50Ms.toFixed(1),
        p99Ms.toFixed(1),
        cores.service.toFixed(2),
        cores.standIns.toFixed(2),
        `${(clientsBusy * 100).toFixed(0)} %`,
        JSON.stringify(failed),
      ]),
    ),
    '',
  ]
}
