// Pages of the history: the newest, which the room answers alone, and one far down, from Postgres.

import type { Harness } from '../harness/room.ts'
import { type Buckets, percentile } from '../load-generator/histogram.ts'
import { connectAll } from '../load-generator/start.ts'
import { table, verdict } from '../report/table.ts'
import { roomFigure, withRoom } from './figure.ts'

const limit = 50
/** More than a page, so that the room answers it alone. */
const messagesInRoom = 200
const contentBytes = 80
const ratioMax = 1.3
const rowsPerInsert = 50_000
const firstMs = Date.parse('2026-01-01T00:00:00Z')

const modes = { short: { rows: 50_000, seconds: 2 }, full: { rows: 1_001_000, seconds: 6 } }

export const history = roomFigure(modes, async (harness, { rows, seconds }) => {
  return withRoom(harness, { accounts: 1, limits: 'raised' }, async (room, generator) => {
    const [author] = room.accounts as [(typeof room.accounts)[0]]
    await fillArchive(harness, author.id, rows)
    const token = await room.token(author)
    const page = (cursor?: string) =>
      `${room.url}/messages?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`
    const time = (...urls: string[]) => generator.call('timeRequests', { urls, token, seconds })

    await time(page())
    // Only a connected crowd can post.
    await connectAll(generator, { dialect: 'chat.v1', endpoints: await room.endpoints('chat.v1') })
    const post = { url: room.url, token, count: messagesInRoom, contentBytes }
    await generator.call('postMessages', post)
    const deepest = page(idOf(limit))
    await assertPage(deepest, token, idOf(limit - 1))
    const urls = [page(), page(idOf(rows)), deepest]
    await time(...urls)
    const [newest = [], next = [], last = []] = await time(...urls)

    const p50 = (latency: Buckets) => percentile(latency, 0.5)
    const pageRow = (what: string, answeredBy: string, latency: Buckets) => [
      what,
      answeredBy,
      `${latency.reduce((sum, [, count]) => sum + count, 0)}`,
      p50(latency).toFixed(2),
      percentile(latency, 0.99).toFixed(2),
      (p50(latency) / p50(newest)).toFixed(2),
    ]
    const ratio = p50(last) / p50(newest)
    const both = 'the room, then Postgres'
    return [
      `## History over ${rows} rows`,
      '',
      table(
        [`page of ${limit}`, 'answered by', 'reads', 'p50 ms', 'p99 ms', '× the newest'],
        [
          pageRow('newest', 'the room', newest),
          pageRow('the next below the room’s own', both, next),
          pageRow(`below ${rows} rows`, both, last),
        ],
      ),
      '',
      `Aim: the deepest page takes at most ${ratioMax} × the newest: ${ratio.toFixed(2)}, ` +
        `${verdict(ratio <= ratioMax)}. The newest page asks no Postgres. Depth itself costs ` +
        `${(p50(last) / p50(next)).toFixed(2)} × the first page that does.`,
    ]
  })
})

/** Writes old messages, one for each second, below all that the room will make. */
async function fillArchive({ stores }: Harness, userId: string, rows: number): Promise<void> {
  for (let from = 0; from < rows; from += rowsPerInsert)
    await stores.query(
      `insert into messages (id, user_id, content, created_at, updated_at, is_deleted, revision)
       select
         (lpad(to_hex($2::bigint + n * 1000), 12, '0') ||
           '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
         $1::uuid, 'the quick brown fox jumps over the lazy dog, number ' || n,
         to_timestamp(($2::bigint + n * 1000) / 1000.0), null, false, 1
       from generate_series($3::bigint, $4::bigint) as n`,
      [userId, firstMs, from, Math.min(rows, from + rowsPerInsert) - 1],
    )
  await stores.query('analyze messages')
}

/** The id of an old message, by its number; 0 is the oldest. */
function idOf(number: number): string {
  const hex = (value: number) => value.toString(16).padStart(12, '0')
  const digits = `${hex(firstMs + number * 1_000)}70008000${hex(number)}`
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

async function assertPage(url: string, token: string, newestId: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const { messages } = (await response.json()) as { messages: { id: string }[] }
  if (messages.length !== limit || messages[0]?.id !== newestId)
    throw new Error(`The page has ${messages.length} messages from ${messages[0]?.id}`)
}
