import { describe, expect, inject, test } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { canonicalEmail } from '../../src/contract/values.ts'
import { connectPostgres, sqlState } from '../../src/postgres/client.ts'
import {
  findByEmail,
  findUser,
  insertUser,
  type NewUser,
  replacePasswordHash,
  writeLastSeen,
} from '../../src/postgres/users.ts'

const { databaseUrl, neonEndpoint } = inject('services')
const db = connectPostgres({
  url: databaseUrl,
  fetchEndpoint: neonEndpoint,
  signal: () => AbortSignal.timeout(10_000),
})

function newAccount(change: Partial<NewUser> = {}): NewUser {
  const id = crypto.randomUUID()
  return {
    id,
    username: `Ada ${id.slice(0, 13)}`,
    email: `Ada.${id.slice(0, 13)}@Example.com`,
    passwordHash: `hash of ${id}`,
    ...change,
  }
}

async function member(): Promise<NewUser> {
  const user = newAccount()
  await insertUser(db, user)
  return user
}

describe('a new user', () => {
  test('is returned as the contract describes it: active and never seen', async () => {
    const before = Date.now()
    const { id, username, email, passwordHash } = newAccount()
    const user = await insertUser(db, { id, username, email, passwordHash })
    expect(user).toEqual({
      ...{ id, username, email },
      created_at: expect.any(String),
      last_seen: null,
      is_active: true,
    })
    expect(User.parse(user)).toEqual(user)
    expect(Math.abs(Date.parse((user as User).created_at) - before)).toBeLessThan(60_000)
    expect(await findUser(db, id)).toEqual(user)
  })

  test.each([
    ['the same', (name: string) => name],
    ['another case', (name: string) => name.toUpperCase()],
    ['a compatibility form', (name: string) => name.replace('Ada', '\uff21da')],
  ])('may not take a username again in %s', async (_name, respell) => {
    const first = await member()
    const second = newAccount({ username: respell(first.username) })
    expect(await insertUser(db, second)).toBe('username_taken')
    expect(await findUser(db, second.id)).toBeUndefined()
  })

  test('cannot take an email address in another case', async () => {
    const first = await member()
    const second = newAccount({ email: first.email.toUpperCase() })
    expect(await insertUser(db, second)).toBe('email_taken')
  })

  test('that would take both is refused for the username', async () => {
    const { username, email } = await member()
    expect(await insertUser(db, newAccount({ username, email }))).toBe('username_taken')
  })

  test('is created once when several register one name at once', async () => {
    const { username } = newAccount()
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => insertUser(db, newAccount({ username }))),
    )
    expect(outcomes.filter((outcome) => outcome === 'username_taken')).toHaveLength(4)
  })

  // Tests against a real server run these concurrently; the embedded one runs them in turn.
  test('is created once when several register names that look alike at once', async () => {
    for (let round = 0; round < 10; round++) {
      const mark = [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => byte % 7)
      const names = ['aceopxy', 'асеорху'].map((letters) => mark.map((at) => letters[at]).join(''))
      const outcomes = await Promise.all(
        [...names, ...names, ...names].map((username) => insertUser(db, newAccount({ username }))),
      )
      expect(outcomes.filter((outcome) => outcome === 'username_taken')).toHaveLength(5)
    }
  })

  test('with an id that exists is an error', async () => {
    const { id } = await member()
    const error = await insertUser(db, newAccount({ id })).catch((fault: unknown) => fault)
    expect(sqlState(error)).toBe('23505')
  })
})

test('credentials are found by the canonical email address', async () => {
  const { id, username, email, passwordHash } = await member()
  const typed = email.toUpperCase()
  expect(await findByEmail(db, canonicalEmail(typed))).toEqual({
    ...{ id, username },
    password_hash: passwordHash,
    is_active: true,
  })
})

test('an unknown email address or id finds no account', async () => {
  expect(await findByEmail(db, 'nobody@example.com')).toBeUndefined()
  expect(await findUser(db, crypto.randomUUID())).toBeUndefined()
})

describe('last seen', () => {
  const noon = Date.UTC(2026, 10, 23, 12, 0, 0, 7)
  const seenAt = async (id: string) => (await findUser(db, id))?.last_seen

  test('is written for many users at once, with milliseconds', async () => {
    const [ada, bob] = [await member(), await member()]
    await writeLastSeen(db, [
      { user_id: ada.id, at: noon },
      { user_id: bob.id, at: noon + 1 },
    ])
    expect(await seenAt(ada.id)).toBe('2026-11-23T12:00:00.007Z')
    expect(await seenAt(bob.id)).toBe('2026-11-23T12:00:00.008Z')
  })

  test('never goes back', async () => {
    const { id } = await member()
    await writeLastSeen(db, [{ user_id: id, at: noon }])
    await writeLastSeen(db, [{ user_id: id, at: noon - 1 }])
    expect(await seenAt(id)).toBe('2026-11-23T12:00:00.007Z')
  })

  test('is the latest of several times of one user', async () => {
    const { id } = await member()
    const times = [noon - 5, noon, noon - 9]
    await writeLastSeen(
      db,
      times.map((at) => ({ user_id: id, at })),
    )
    expect(await seenAt(id)).toBe('2026-11-23T12:00:00.007Z')
  })

  test('of an unknown user, or of an empty list, is no error', async () => {
    await writeLastSeen(db, [{ user_id: crypto.randomUUID(), at: noon }])
    await writeLastSeen(db, [])
  })
})

test('a password hash is replaced, unless it was changed meanwhile', async () => {
  const { id, email, passwordHash } = await member()
  const kept = async () => (await findByEmail(db, canonicalEmail(email)))?.password_hash
  await replacePasswordHash(db, { id, password_hash: passwordHash }, 'renewed')
  expect(await kept()).toBe('renewed')
  await replacePasswordHash(db, { id, password_hash: passwordHash }, 'late')
  expect(await kept()).toBe('renewed')
})
