import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle as overHttp } from 'drizzle-orm/neon-http'
import { drizzle as overConnection } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillDatabase } from '../../deploy/fill-columns.ts'
import { runMigrations } from '../../local/migrations.ts'
import { type NeonBridge, serveNeon } from '../../local/neon-http.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { skeletonsOf } from '../../src/domain/skeleton.ts'
import { eraseAccount } from '../../src/postgres/own-account.ts'
import { fillSkeletons } from '../../src/postgres/skeletons.ts'
import { insertUser } from '../../src/postgres/users.ts'

let postgres: Postgres
let bridge: NeonBridge

beforeAll(async () => {
  postgres = await openPostgres({ memory: true })
  bridge = await serveNeon({ postgres })
  await runMigrations(postgres)
})

afterAll(async () => {
  await bridge.close()
  await postgres.close()
})

function sql() {
  neonConfig.fetchEndpoint = bridge.url
  return neon(bridge.connectionString)
}

const database = () => overHttp(sql())

/** The statement of a release without skeletons. */
async function openedBefore(username: string): Promise<string> {
  const id = crypto.randomUUID()
  await sql()`
    insert into users (id, username, username_canonical, email, email_canonical, password_hash)
    values (${id}, ${username}, lower(${username}), ${id}, ${id}, '-')`
  return id
}

async function skeletonsAt(id: string): Promise<unknown> {
  const [row] = await sql()`
    select array_to_json(username_skeletons) as kept from users where id = ${id}`
  return row?.kept
}

const register = (username: string) => {
  const id = crypto.randomUUID()
  return insertUser(database(), { id, username, email: `${id}@chat.test`, passwordHash: '-' })
}

const unfilled = async () =>
  (await sql()`select id from users where username_skeletons is null and erased_at is null`).length

describe('names of a release without skeletons', () => {
  test('get them, however many there are', async () => {
    await sql()`
      insert into users (id, username, username_canonical, email, email_canonical, password_hash)
      select id, id, id, id, id, '-'
      from (select gen_random_uuid() as id from generate_series(1, 2500)) as row`
    const last = await openedBefore('Ада Лавлейс')
    await fillSkeletons(database())
    expect(await unfilled()).toBe(0)
    expect(await skeletonsAt(last)).toEqual(skeletonsOf('Ада Лавлейс'))
  })

  test('stay with their owners when two look alike, and no third comes in beside them', async () => {
    const [latin, cyrillic] = [await openedBefore('cocoaxyp'), await openedBefore('сосоахур')]
    await fillSkeletons(database())
    expect(await skeletonsAt(latin)).toEqual(skeletonsOf('cocoaxyp'))
    expect(await skeletonsAt(cyrillic)).toEqual(skeletonsOf('сосоахур'))
    expect(await register('Сосоахур')).toBe('username_taken')
    // Not even when the first of them is gone.
    await eraseAccount(database(), latin, Date.now())
    expect(await register('cocoaxyp')).toBe('username_taken')
    await eraseAccount(database(), cyrillic, Date.now())
    expect(await register('cocoaxyp')).toMatchObject({ username: 'cocoaxyp' })
  })

  test('that were erased get none', async () => {
    const id = await openedBefore('Gone Person')
    await eraseAccount(database(), id, Date.now())
    await fillSkeletons(database())
    expect(await skeletonsAt(id)).toBeNull()
  })

  test.each([
    ['as npm start does it', () => runMigrations(postgres)],
    ['over a connection', () => postgres.use((session) => fillSkeletons(overConnection(session)))],
  ])('are filled in, and those of today left alone: %s', async (how, fill) => {
    const [before, today] = [await openedBefore(`before ${how}`), await register(`today ${how}`)]
    const id = typeof today === 'string' ? '' : today.id
    await sql()`update users set username_skeletons = '{left alone}' where id = ${id}`
    await fill()
    await fill()
    expect(await skeletonsAt(before)).toEqual(skeletonsOf(`before ${how}`))
    expect(await skeletonsAt(id)).toEqual(['left alone'])
  })

  test('stay as they are when the database cannot be reached, and the reason is no secret', async () => {
    const url = 'postgres://me:a-secret@127.0.0.1:1/chat'
    expect(await fillDatabase(url)).toMatch(/^connect ECONNREFUSED/)
  })
})
