import { afterEach, describe, expect, test } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { canonicalEmail } from '../../src/contract/values.ts'
import { call, sql, trouble } from '../support/chat.ts'
import { anAddress, logIn, type NewAccount, newAccount, registered } from './accounts.ts'
import { answer, callWith, post, refusal } from './responses.ts'

const register = (person: NewAccount, headers = anAddress()) =>
  call('/auth/register', post(person, headers))

const rowOf = async ({ email }: NewAccount) =>
  (
    await sql()`select id, created_at from users where email_canonical = ${canonicalEmail(email)}`
  )[0]

afterEach(() => trouble({ part: 'postgres' }))

describe('registering again', () => {
  test.each(['lose', 'garbage'] as const)(
    'REG-12 Registering again with the same name, address and password returns the account whose first answer was lost: %s',
    async (fault) => {
      const person = newAccount()
      await trouble({ part: 'postgres', fault })
      await refusal(await register(person), 'unavailable')
      await trouble({ part: 'postgres' })
      const row = await rowOf(person)
      expect(row).toBeDefined()

      const user = await answer(await register(person), 201, User)
      expect(user).toMatchObject({ id: row?.id, username: person.username, email: person.email })
      expect(await answer(await register(person), 201, User)).toEqual(user)
    },
  )

  test.each([
    [
      'another password',
      (person: NewAccount) => ({ ...person, password: 'another horse battery' }),
    ],
    ['another name', (person: NewAccount) => ({ ...person, username: newAccount().username })],
    ['another address', (person: NewAccount) => ({ ...person, email: newAccount().email })],
  ])('REG-13 Registering again is refused with %s', async (_name, change) => {
    const { user, ...person } = await registered()
    const { type } = (await (await register(change(person))).json()) as { type: string }
    expect(type).toMatch(/(username|email)_taken$/)
    expect(await rowOf(person)).toMatchObject({ id: user.id })
  })

  test('REG-13 Registering again is refused ten minutes after the first time, and for a deactivated account', async () => {
    const { user, ...person } = await registered()
    await sql()`update users set is_active = false where id = ${user.id}`
    await refusal(await register(person), 'username_taken')
    await sql()`update users set is_active = true, created_at = now() - interval '601 seconds'
      where id = ${user.id}`
    await refusal(await register(person), 'username_taken')
  })

  test('REG-14 A wrong password in a repeated registration counts as a failed login', async () => {
    const { user, ...person } = await registered()
    const address = anAddress()
    const limits = { LOGIN_LIMIT_PAIR: '2' }
    const guess = (password: string) =>
      callWith(limits, '/auth/register', post({ ...person, password }, address))
    await refusal(await guess('wrong horse battery'), 'username_taken')
    await refusal(await guess('wrong horse battery'), 'username_taken')
    await refusal(await guess(person.password), 'rate_limited')
    const login = await callWith(
      limits,
      '/auth/login',
      post({ email: person.email, password: person.password }, address),
    )
    await refusal(login, 'rate_limited')
    expect((await logIn(person.email)).status).toBe(200)
    expect(user.username).toBe(person.username)
  })
})
