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
} from '../../src/postgres/members.ts'

const { databaseUrl, neonEndpoint } = inject('services')
const db = connectPostgres({
  url: databaseUrl,
  fetchEndpoint: neonEndpoint,
  signal: () => AbortSignal.timeout(10_000),
})

function newcomer(change: Partial<NewUser> = {}): NewUser {
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
  const user = newcomer()
  await insertUser(db, user)
  return user
}

describe('a new user', () => {
  test('comes back as the contract shows them, never seen and active', async () => {
    const before = Date.now()
    const { id, username, email, passwordHash } = newcomer()
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
    const second = newcomer({ username: respell(first.username) })
    expect(await insertUser(db, second)).toBe('username_taken')
    expect(await findUser(db, second.id)).toBeUndefined()
  })

  test('may not take an email again in another case', async () => {
    const first = await member()
    const second = newcomer({ email: first.email.toUpperCase() })
    expect(await insertUser(db, second)).toBe('email_taken')
  })

  test('who would take both hears of the username', async () => {
    const { username, email } = await member()
    expect(await insertUser(db, newcomer({ username, email }))).toBe('username_taken')
  })

  test('is one of those who ask for one name at once', async () => {
    const { username } = newcomer()
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => insertUser(db, newcomer({ username }))),
    )
    expect(outcomes.filter((outcome) => outcome === 'username_taken')).toHaveLength(4)
  })

  // The tests with a server of its own run these side by side; the embedded one takes turns anyway.
  test('is one of those whose names look alike and who ask at once', async () => {
    for (let round = 0; round < 10; round++) {
      const mark = [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => byte % 7)
      const names = ['aceopxy', 'асеорху'].map((letters) => mark.map((at) => letters[at]).join(''))
      const outcomes = await Promise.all(
        [...names, ...names, ...names].map((username) => insertUser(db, newcomer({ username }))),
      )
      expect(outcomes.filter((outcome) => outcome === 'username_taken')).toHaveLength(5)
    }
  })

  test('with an id that exists is no outcome but an error', async () => {
    const { id } = await member()
    const error = await insertUser(db, newcomer({ id })).catch((fault: unknown) => fault)
    expect(sqlState(error)).toBe('23505')
  })
})

test('credentials are found by the canonical email, whatever was typed', async () => {
  const { id, username, email, passwordHash } = await member()
  const typed = email.toUpperCase()
  expect(await findByEmail(db, canonicalEmail(typed))).toEqual({
    ...{ id, username },
    password_hash: passwordHash,
    is_active: true,
  })
})

test('nobody is found by an unknown email or id', async () => {
  expect(await findByEmail(db, 'nobody@example.com')).toBeUndefined()
  expect(await findUser(db, crypto.randomUUID())).toBeUndefined()
})

describe('last seen', () => {
  const noon = Date.UTC(2026, 10, 23, 12, 0, 0, 7)
  const seenAt = async (id: string) => (await findUser(db, id))?.last_seen

  test('is written for many at once, to the millisecond', async () => {
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

  test('is the latest of several for one person', async () => {
    const { id } = await member()
    const times = [noon - 5, noon, noon - 9]
    await writeLastSeen(
      db,
      times.map((at) => ({ user_id: id, at })),
    )
    expect(await seenAt(id)).toBe('2026-11-23T12:00:00.007Z')
  })

  test('of a person without an account, or of nobody, is no error', async () => {
    await writeLastSeen(db, [{ user_id: crypto.randomUUID(), at: noon }])
    await writeLastSeen(db, [])
  })
})

test('a password hash gives way to a new one, unless it was changed meanwhile', async () => {
  const { id, email, passwordHash } = await member()
  const kept = async () => (await findByEmail(db, canonicalEmail(email)))?.password_hash
  await replacePasswordHash(db, { id, password_hash: passwordHash }, 'renewed')
  expect(await kept()).toBe('renewed')
  await replacePasswordHash(db, { id, password_hash: passwordHash }, 'late')
  expect(await kept()).toBe('renewed')
})
