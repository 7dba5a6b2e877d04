import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle as overHttp } from 'drizzle-orm/neon-http'
import { drizzle as overConnection } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillColumns } from '../../deploy/fill-columns.ts'
import { runMigrations } from '../../local/migrations.ts'
import { type NeonBridge, serveNeon } from '../../local/neon-http.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { folded } from '../../src/domain/folded-text.ts'
import { fillFoldedTexts } from '../../src/postgres/folded-texts.ts'

let postgres: Postgres
let bridge: NeonBridge
const author = crypto.randomUUID()

function sql() {
  neonConfig.fetchEndpoint = bridge.url
  return neon(bridge.connectionString)
}

beforeAll(async () => {
  postgres = await openPostgres({ memory: true })
  bridge = await serveNeon({ postgres })
  await runMigrations(postgres)
  await sql()`
    insert into users (id, username, username_canonical, email, email_canonical, password_hash)
    values (${author}, 'ada', 'ada', 'ada', 'ada', '-')`
})

afterAll(async () => {
  await bridge.close()
  await postgres.close()
})

/** The statement of a release without the column. */
async function writtenBefore(content: string, count = 1): Promise<string> {
  const rows = await sql()`
    insert into messages (id, user_id, content, created_at, is_deleted, revision)
    select gen_random_uuid(), ${author}, ${content}, now(), ${content === ''}, 1
    from generate_series(1, ${count}) returning id`
  return String(rows[0]?.id)
}

async function foldedAt(id: string): Promise<unknown> {
  const [row] = await sql()`select folded from messages where id = ${id}`
  return row?.folded
}

describe('messages of a release without the search', () => {
  test.each([
    ['as npm start does it', () => runMigrations(postgres)],
    ['as npm run db:fill does it', () => postgres.use((session) => fillColumns(session as never))],
    ['over HTTP', () => fillFoldedTexts(overHttp(sql()))],
    [
      'over a connection',
      () => postgres.use((session) => fillFoldedTexts(overConnection(session))),
    ],
  ])('SEARCH-20 get the form for the search, however many there are: %s', async (how, fill) => {
    const content = `Straße, ΔΡΟΜΟΣ ${how}`
    const last = await writtenBefore(content, 1_200)
    const deleted = await writtenBefore('')
    await fill()
    await fill()
    expect(await foldedAt(last)).toBe(folded(content))
    expect(await foldedAt(deleted)).toBeNull()
    expect(
      await sql()`select id from messages where folded is null and not is_deleted`,
    ).toHaveLength(0)
  })

  test('SEARCH-20 keep nothing of a text that was changed while they were filled in', async () => {
    const id = await writtenBefore('the former text')
    const db = overHttp(sql())
    let calls = 0
    await fillFoldedTexts({
      async execute(query) {
        const answer = await db.execute(query)
        if (++calls === 1)
          await sql()`update messages set content = 'the later text', revision = 2 where id = ${id}`
        return answer
      },
    })
    expect(await foldedAt(id)).toBeNull()
    await fillFoldedTexts(db)
    expect(await foldedAt(id)).toBe('the later text')
  })
})
