// The search over messages in four scripts, in a PostgreSQL as in production; and messages that were deleted
// a moment before, which no search may find.

import { folded } from '../../src/domain/folded-text.ts'
import { connectPostgres, type Postgres } from '../../src/postgres/client.ts'
import { searchMessages } from '../../src/postgres/search.ts'
import { startPostgresServer } from '../harness/postgres-server.ts'
import { startRoom } from '../harness/room.ts'
import { openStores, type Stores } from '../harness/stores.ts'
import { table, verdict } from '../report/table.ts'
import { type Figure, logProgress } from './figure.ts'
import { messageWriter, scripts } from './search-corpus.ts'
import { findDeleted } from './search-deleted.ts'

const modes = {
  short: { rows: 50_000, reads: 20, tries: 100 },
  full: { rows: 1_000_000, reads: 100, tries: 1_000 },
}
const rowsPerInsert = 20_000
const firstMs = Date.parse('2026-01-01T00:00:00Z')
/** An account may search ten times a minute. */
const searchesPerAccount = 10
const pageRows = 51

export const search: Figure = async (bundle, mode) => {
  const { rows, reads, tries } = modes[mode]
  const server = await startPostgresServer()
  const stores = await openStores(server.url)
  try {
    const accounts = 20 + Math.ceil((4 * tries) / searchesPerAccount)
    const room = await startRoom({ bundle, stores }, { accounts, limits: 'raised' })
    try {
      await fillMessages(stores, room.accounts[0]?.id ?? '', rows)
      const { DATABASE_URL: url = '', NEON_FETCH_ENDPOINT: fetchEndpoint } = stores.bindings
      const signal = () => AbortSignal.timeout(10_000)
      const terms = await timeTerms(connectPostgres({ url, fetchEndpoint, signal }), reads)
      logProgress(`${tries} deletions`)
      const { found, missed } = await findDeleted(room, stores, { tries, searchesPerAccount })
      const sentence =
        `Of ${tries} messages that were searched for at once after their deletion was answered, half of them ` +
        `in Postgres already, while others were sent, ${found} were found: ${verdict(found === 0)}. ` +
        `Before it, ${missed} were not found: ${verdict(missed === 0)}.`
      return {
        lines: [`## Search over ${rows} messages, ${server.name}`, '', ...terms, '', sentence],
      }
    } finally {
      await room.stop()
    }
  } finally {
    await stores.close()
    await server.stop()
  }
}

/** Writes old messages, below all that the room will make. */
async function fillMessages({ query }: Stores, userId: string, rows: number): Promise<void> {
  const write = messageWriter()
  // An index is made faster than it grows.
  const [index] = await query(
    `select indexdef from pg_indexes where indexname = 'messages_folded_index'`,
  )
  await query('drop index messages_folded_index')
  for (let from = 0; from < rows; from += rowsPerInsert) {
    logProgress(`${from} of ${rows} messages`)
    const numbers = Array.from({ length: Math.min(rowsPerInsert, rows - from) }, (_, n) => from + n)
    const texts = numbers.map((number) => write(number).text)
    await query(
      `insert into messages (id, user_id, content, created_at, is_deleted, revision, folded)
       select (lpad(to_hex($2::bigint + n * 20000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
         $1::uuid, content, now(), false, 1, folded
       from unnest($3::bigint[], $4::text[], $5::text[]) as written (n, content, folded)`,
      [userId, firstMs, numbers, texts, texts.map(folded)],
    )
  }
  await query(String(index?.indexdef))
  await query('vacuum analyze messages')
}

/** The lines of a table: how long a page of hits takes, for terms of each script. */
export async function timeTerms(db: Postgres, reads: number): Promise<string[]> {
  const rows: string[][] = []
  for (const { name, frequent, between, rare, absent } of scripts) {
    const terms = {
      'most frequent': frequent[0],
      'less frequent': frequent.at(-1),
      'two frequent words': `${frequent[0]}${between}${frequent[1]}`,
      rare,
      absent,
      'three characters': [...absent].slice(1, 4).join(''),
    }
    for (const [kind, term = ''] of Object.entries(terms)) {
      logProgress(`${name}: ${kind}`)
      const query = { term: folded(term), userId: null, below: null, limit: pageRows }
      const times: number[] = []
      let hits = 0
      for (let read = 0; read < reads; read++) {
        const start = performance.now()
        const found = await searchMessages(db, query)
        times.push(performance.now() - start)
        if (found === 'too_slow') throw new Error(`The search for ${term} takes too long`)
        hits = found.length
      }
      times.sort((one, other) => one - other)
      const at = (share: number) => (times[Math.ceil(share * reads) - 1] ?? 0).toFixed(1)
      rows.push([name, kind, `${hits}`, at(0.5), at(0.99)])
    }
  }
  return table(['script', 'term', `hits, at most ${pageRows}`, 'p50 ms', 'p99 ms'], rows).split(
    '\n',
  )
}
