import { compare, getRounds } from 'bcryptjs'
import { afterEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { canonicalEmail } from '../../src/contract/values.ts'
import { hashPassword } from '../../src/crypto/password.ts'
import { digest } from '../../src/redis/digest.ts'
import { call, callAs, newPerson, type Person, sql, tokenFor, trouble } from '../support/chat.ts'
import type { Trouble } from '../support/services.ts'
import {
  anAddress,
  callIn,
  connectTestRedis,
  logIn,
  type NewAccount,
  newAccount,
  password,
  registered,
  session,
} from './accounts.ts'
import { answer, callWith, post, refusal } from './responses.ts'

/** How many logins and registrations of an address are counted. */
async function countedFor(address: Record<string, string>): Promise<number> {
  const redis = connectTestRedis()
  const ip = address['cf-connecting-ip']
  return (await redis.zcard(`login:address:${ip}`)) + (await redis.zcard(`register:address:${ip}`))
}

/** Counts the logins that charge their limits, which is the first step of their turn. */
function watchTurns(): { most: number } {
  const { fetch } = globalThis
  const seen = { now: 0, most: 0 }
  const watched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    if (!/^\[\["zrange","login:pair/i.test(String(init?.body))) return fetch(input, init)
    seen.most = Math.max(seen.most, ++seen.now)
    return fetch(input, init).finally(() => seen.now--)
  })
  onTestFinished(() => watched.mockRestore())
  return seen
}

/** Counts the commands to Redis, which bills per command. */
function countCommands(): { count: number } {
  const { fetch } = globalThis
  const seen = { count: 0 }
  const watched = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    if (String(input).startsWith(inject('services').redisUrl)) {
      const commands: unknown[] = JSON.parse(String(init?.body))
      seen.count += Array.isArray(commands[0]) ? commands.length : 1
    }
    return fetch(input, init)
  })
  onTestFinished(() => watched.mockRestore())
  return seen
}

afterEach(async () => {
  await trouble({ part: 'redis' })
  await trouble({ part: 'postgres' })
})

describe('registering', () => {
  test('REG-1 Registering creates an account and answers with it, without the password', async () => {
    const person = newAccount()
    const { user } = await registered(person)
    expect(user).toMatchObject({
      username: person.username,
      email: person.email,
      last_seen: null,
      is_active: true,
    })
    expect(Math.abs(Date.now() - Date.parse(user.created_at))).toBeLessThan(60_000)
  })

  test('REG-2 A username that is taken in any case or compatibility form is refused', async () => {
    const { username } = await registered()
    for (const taken of [username, username.toUpperCase(), username.replace('A', 'Ａ')]) {
      const response = await call('/auth/register', post({ ...newAccount(), username: taken }))
      await refusal(response, 'username_taken')
    }
  })

  test('REG-3 An email address that is taken in any case, or in the other form of its host, is refused', async () => {
    const { email } = await registered()
    const foreign = `${newAccount().email.split('@')[0]}@xn--e1afmkfd.xn--p1ai`
    await registered({ ...newAccount(), email: foreign })
    for (const taken of [
      email,
      email.toUpperCase(),
      ` ${email} `,
      foreign,
      foreign.replace(/@.*/, '@Пример.рф'),
    ])
      await refusal(
        await call('/auth/register', post({ ...newAccount(), email: taken })),
        'email_taken',
      )
  })

  test.each([
    ['username', 'ab'],
    ['username', 'a'.repeat(51)],
    ['username', 'Ada  Lovelace'],
    ['username', 'Ada\u200bLovelace'],
    ['username', 'Adа Lovelace'],
    ['username', 'Ada\ud800Lovelace'],
    ['username', 'Ada\u0000Lovelace'],
    ['email', 'ada@'],
    ['email', `${'a'.repeat(250)}@example.com`],
    ['password', 'short'],
    ['password', 'é'.repeat(37)],
  ])(
    'REG-4 An invalid username, email address or password is refused, field by field: %s %j',
    async (field, value) => {
      const response = await call('/auth/register', post({ ...newAccount(), [field]: value }))
      const { errors } = await refusal(response, 'invalid')
      expect(Object.keys(errors ?? {})).toEqual([field])
    },
  )

  test('REG-5 A password of 72 bytes is accepted, and logs in', async () => {
    const person = { ...newAccount(), password: `${'é'.repeat(35)}à` }
    await registered(person)
    await answer(await logIn(person.email, person.password), 200, Tokens)
  })

  test('REG-6 If two register one name at once, one gets it', async () => {
    const name = newAccount().username
    const responses = await Promise.all(
      [1, 2, 3].map(() => call('/auth/register', post({ ...newAccount(), username: name }))),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })

  test('REG-7 Registering is limited by address, and the refusal names the time to wait', async () => {
    const limit = { REGISTER_LIMIT: '2' }
    const address = anAddress()
    const tryOnce = () => callWith(limit, '/auth/register', post(newAccount(), address))
    expect((await tryOnce()).status).toBe(201)
    expect((await tryOnce()).status).toBe(201)
    const { retry_after, detail } = await refusal(await tryOnce(), 'rate_limited')
    expect(retry_after).toBeGreaterThan(3_000)
    expect(detail).toBe('Too many accounts were opened from this address. Try again in 60 minutes.')
  })
})

describe('a name', () => {
  const register = async (username: string) =>
    call('/auth/register', post({ ...newAccount(), username }, anAddress()))
  /** Letters that Latin and Cyrillic share, so that each test has names of its own. */
  const shared = () => {
    const pick = crypto.getRandomValues(new Uint8Array(20))
    const spell = (letters: string) => [...pick].map((at) => letters[at % letters.length]).join('')
    return { latin: spell('aceopxy'), cyrillic: spell('асеорху') }
  }

  test('REG-8 A username that looks like one that is taken is refused, across scripts and in any case', async () => {
    const { latin, cyrillic } = shared()
    expect((await register(latin)).status).toBe(201)
    for (const alike of [cyrillic, cyrillic.toUpperCase(), `${cyrillic}`.replace('а', 'А')]) {
      const { detail } = await refusal(await register(alike), 'username_taken')
      expect(detail).toBe('This username is taken, or looks like one that is. Choose another.')
    }
    expect((await register(`${latin}2`)).status).toBe(201)
  })

  test('REG-9 If several register names that look alike at once, one gets it', async () => {
    const { latin, cyrillic } = shared()
    const names = [latin, cyrillic, latin, cyrillic.toUpperCase(), cyrillic]
    const responses = await Promise.all(names.map(register))
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
  })

  test.each([
    ['Burmese, with five marks on a letter', 'လွှို့ဝှက်'],
    ['Uzbek', 'Oʻktam Toʻrayev'],
    ['Irish', 'O’Brien'],
    ['Japanese, with a middle dot', 'ジョン・スミス'],
    ['Catalan', 'Gal·la'],
    ['Persian, with a joiner', 'علی\u200cرضا'],
    ['Sinhala, with a joiner', 'ශ්\u200dරී'],
  ])('REG-10 A username in any script is kept as it was written: %s', async (_, name) => {
    await sql()`delete from users where username = ${name}`
    const person = { ...newAccount(), username: name }
    expect((await registered(person)).user.username).toBe(name)
    const { access_token } = await session(person.email)
    const me = await callIn({ access_token }, 'GET', '/auth/me')
    expect((await answer(me, 200, User)).username).toBe(name)
    await refusal(await register(name.replaceAll(/[\u200c\u200d]/g, '')), 'username_taken')
  })

  test('REG-11 White space around a username and an email address is dropped', async () => {
    const person = newAccount()
    const typed = { ...person, username: `\u3000${person.username}\n`, email: `\t${person.email} ` }
    const { user } = await registered(typed)
    expect(user).toMatchObject({ username: person.username, email: person.email })
    expect((await logIn(` ${person.email} `)).status).toBe(200)
  })
})

describe('logging in', () => {
  test('LOGIN-1 Logging in answers with an access token that works', async () => {
    const { email, user } = await registered()
    const token = await answer(await logIn(email.toLowerCase()), 200, Tokens)
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 86_400 })
    const headers = { authorization: `bearer ${token.access_token}` }
    expect(await answer(await call('/auth/me', { headers }), 200, User)).toEqual(user)
  })

  test('LOGIN-2 An unknown account and a wrong password get the same answer', async () => {
    const { email } = await registered()
    const wrong = await refusal(await logIn(email, 'wrong password'), 'bad_credentials')
    const unknown = await refusal(await logIn(newAccount().email), 'bad_credentials')
    expect(unknown).toEqual(wrong)
  })

  test('LOGIN-3 Only a login with the right password learns that the account is deactivated', async () => {
    const { email } = await registered()
    await sql()`update users set is_active = false where email = ${email}`
    await refusal(await logIn(email, 'wrong password'), 'bad_credentials')
    await refusal(await logIn(email), 'account_inactive')
  })

  test('LOGIN-4 Failed logins limit that account from that address only', async () => {
    const { email } = await registered()
    const address = anAddress()
    const attempt = (secret: string, from = address) =>
      callWith({ LOGIN_LIMIT_PAIR: '2' }, '/auth/login', post({ email, password: secret }, from))
    await refusal(await attempt('wrong password'), 'bad_credentials')
    await refusal(await attempt('wrong password'), 'bad_credentials')
    const { retry_after, detail } = await refusal(await attempt(password), 'rate_limited')
    expect(retry_after).toBeLessThanOrEqual(15 * 60)
    expect(detail).toBe('Too many failed logins. Try again in 15 minutes.')
    expect((await attempt(password, anAddress())).status).toBe(200)
  })

  test('LOGIN-5 A successful login clears the failed ones', async () => {
    const { email } = await registered()
    const address = anAddress()
    const attempt = (secret: string) =>
      callWith({ LOGIN_LIMIT_PAIR: '2' }, '/auth/login', post({ email, password: secret }, address))
    for (let round = 0; round < 2; round++) {
      await refusal(await attempt('wrong password'), 'bad_credentials')
      expect((await attempt(password)).status).toBe(200)
    }
  })

  test('LOGIN-6 If thirty users log in at once from one address, all succeed, and two passwords are checked at a time', async () => {
    const settings = { BCRYPT_COST: '8' }
    const [first, ...others] = Array.from({ length: 30 }, newAccount) as [
      NewAccount,
      ...NewAccount[],
    ]
    expect((await callWith(settings, '/auth/register', post(first, anAddress()))).status).toBe(201)
    for (const { username, email } of others)
      await sql()`insert into users (id, username, username_canonical, email, email_canonical, password_hash)
        select ${crypto.randomUUID()}, ${username}, ${username}, ${email}, ${canonicalEmail(email)}, password_hash
        from users where email = ${first.email}`

    const address = anAddress()
    const atOnce = watchTurns()
    const calls = [first, ...others].map(({ email }) =>
      callWith(settings, '/auth/login', post({ email, password }, address)),
    )
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(statuses).toEqual(Array.from({ length: 30 }, () => 200))
    expect(atOnce.most).toBe(2)
    expect(await countedFor(address)).toBe(0)
  })

  test.each<[string, Omit<Trouble, 'part'>]>([
    ['the answer of Redis is lost', { fault: 'lose' }],
    ['Redis answers too late', { delayMs: 1_200 }],
  ])('LOGIN-7 A login that was not decided does not count: %s', async (_, trait) => {
    const address = anAddress()
    await trouble({ part: 'redis', ...trait })
    const login = callWith({}, '/auth/login', post(newAccount(), address))
    const registration = callWith({}, '/auth/register', post(newAccount(), address))
    await refusal(await login, 'unavailable')
    await refusal(await registration, 'unavailable')
    await trouble({ part: 'redis' })
    expect(await countedFor(address)).toBe(0)
  })

  test('LOGIN-7 A login that was not decided does not count: when only the answer to the charge is lost', async () => {
    const address = anAddress()
    const { fetch } = globalThis
    const watched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const answered = await fetch(input, init)
      if (/"zadd"/i.test(String(init?.body))) throw new TypeError('lost')
      return answered
    })
    const login = callWith({}, '/auth/login', post(newAccount(), address))
    const registration = callWith({}, '/auth/register', post(newAccount(), address))
    await refusal(await login, 'unavailable')
    await refusal(await registration, 'unavailable')
    watched.mockRestore()
    expect(await countedFor(address)).toBe(0)
  })

  test.each([
    ['of this account from this address', { LOGIN_LIMIT_PAIR: '1' }],
    ['from this address', { LOGIN_LIMIT_ADDRESS: '1' }],
    ['of this account', { LOGIN_LIMIT_ACCOUNT: '1' }],
    [
      'by all of these',
      { LOGIN_LIMIT_PAIR: '1', LOGIN_LIMIT_ADDRESS: '1', LOGIN_LIMIT_ACCOUNT: '1' },
    ],
  ])(
    'LOGIN-17 A login that the limit refuses costs at most six commands of Redis: %s',
    async (_, limit) => {
      const { email } = await registered()
      const address = anAddress()
      const attempt = () =>
        callWith(limit, '/auth/login', post({ email, password: 'a wrong password' }, address))
      await refusal(await attempt(), 'bad_credentials')
      const commands = countCommands()
      await refusal(await attempt(), 'rate_limited')
      expect(commands.count).toBeLessThanOrEqual(6)
    },
  )

  test('LOGIN-8 A login that the limit refused does not count', async () => {
    const address = anAddress()
    const attempt = () =>
      callWith({ LOGIN_LIMIT_ADDRESS: '2' }, '/auth/login', post(newAccount(), address))
    for (const code of [
      'bad_credentials',
      'bad_credentials',
      'rate_limited',
      'rate_limited',
    ] as const)
      await refusal(await attempt(), code)
    expect(await countedFor(address)).toBe(2)
  })

  test('LOGIN-9 Failed logins of others do not stop an account from an address where it logged in lately', async () => {
    const { email } = await registered()
    const address = anAddress()
    const attempt = (who: string) =>
      callWith({ LOGIN_LIMIT_ADDRESS: '2' }, '/auth/login', post({ email: who, password }, address))
    expect((await attempt(email)).status).toBe(200)
    const stranger = newAccount().email
    for (const code of ['bad_credentials', 'bad_credentials', 'rate_limited'] as const)
      await refusal(await attempt(stranger), code)
    expect((await attempt(email)).status).toBe(200)
  })

  test('LOGIN-10 A login replaces a password hash of a lower cost than the current one', async () => {
    const { email } = await registered()
    const cost = async () => {
      const [row] = await sql()`select password_hash from users where email = ${email}`
      return getRounds(row?.password_hash)
    }
    const attempt = (secret: string) =>
      callWith({ BCRYPT_COST: '6' }, '/auth/login', post({ email, password: secret }, anAddress()))
    await refusal(await attempt('wrong password'), 'bad_credentials')
    expect(await cost()).toBe(4)
    expect((await attempt(password)).status).toBe(200)
    expect(await cost()).toBe(6)
    expect((await attempt(password)).status).toBe(200)
  })

  test.each([
    ['NFC', 'NFD'],
    ['NFD', 'NFC'],
  ])(
    'LOGIN-15 A password is accepted in any Unicode form in which it is typed: %s, %s',
    async (chosen, typed) => {
      const secret = 'un très long mot de passe à moi'
      const { email } = await registered({ ...newAccount(), password: secret.normalize(chosen) })
      for (const form of [typed, chosen])
        expect((await logIn(email, secret.normalize(form))).status).toBe(200)
      await refusal(await logIn(email, 'un tres long mot de passe a moi'), 'bad_credentials')
    },
  )

  test('LOGIN-16 A login replaces a password hash of another Unicode form', async () => {
    const secret = 'un très long mot de passe à moi'
    const { email } = await registered()
    const older = await hashPassword(secret.normalize('NFD'), 4)
    await sql()`update users set password_hash = ${older} where email = ${email}`
    const kept = async () =>
      String(
        (await sql()`select password_hash from users where email = ${email}`)[0]?.password_hash,
      )
    const attempt = (typed: string) =>
      callWith({}, '/auth/login', post({ email, password: typed }, anAddress()))
    await refusal(await attempt('un tres long mot de passe a moi'), 'bad_credentials')
    expect(await kept()).toBe(older)
    expect((await attempt(secret.normalize('NFC'))).status).toBe(200)
    const renewed = await kept()
    expect(await compare(secret.normalize('NFC'), renewed)).toBe(true)
    expect((await attempt(secret.normalize('NFD'))).status).toBe(200)
    expect(await kept()).toBe(renewed)
  })

  test('LOGIN-11 An account can begin `SESSION_LIMIT` sessions in an hour, from all addresses together', async () => {
    const { email } = await registered()
    const attempt = (secret = password) =>
      callWith(
        { SESSION_LIMIT: '2' },
        '/auth/login',
        post({ email, password: secret }, anAddress()),
      )
    expect((await attempt()).status).toBe(200)
    await refusal(await attempt('a wrong password'), 'bad_credentials')
    expect((await attempt()).status).toBe(200)
    for (let times = 0; times < 2; times++) {
      const { detail, retry_after } = await refusal(await attempt(), 'rate_limited')
      expect(detail).toBe('There were too many logins to this account. Try again in 60 minutes.')
      expect(retry_after).toBeGreaterThan(3_000)
    }
    const [row] = await sql()`
      select count(*)::int as begun from sessions join users on users.id = user_id
      where email = ${email}`
    expect(row).toEqual({ begun: 2 })
  })
})

describe('the cost of logins', () => {
  const often = /^The password of this account was checked very often\. Try again in 60 minutes\.$/
  const many = /^There were too many logins to this account\./

  test('LOGIN-12 A right password is checked at most `SESSION_LIMIT` times an hour from one address; wrong ones do not count towards it', async () => {
    const { email } = await registered()
    const attempt = (secret: string, address: Record<string, string>) =>
      callWith({ SESSION_LIMIT: '2' }, '/auth/login', post({ email, password: secret }, address))
    const tell = async (address: Record<string, string>) =>
      (await refusal(await attempt(password, address), 'rate_limited')).detail
    const [here, there] = [anAddress(), anAddress()]
    for (let time = 0; time < 2; time++) {
      await refusal(await attempt('a wrong password', here), 'bad_credentials')
      expect((await attempt(password, here)).status).toBe(200)
    }
    // The account is not even loaded.
    await trouble({ part: 'postgres', fault: 'refuse' })
    for (let time = 0; time < 2; time++) expect(await tell(here)).toMatch(often)
    await refusal(await attempt(password, there), 'unavailable')
    await trouble({ part: 'postgres' })
    // The sessions of this hour have begun, but that is known only after the password.
    for (const reason of [many, many, often, often]) expect(await tell(there)).toMatch(reason)
  })

  test('LOGIN-13 If very many log in from one address, a login from another address does not wait for all of them', async () => {
    const settings = { BCRYPT_COST: '8', LOGIN_LIMIT_ADDRESS: '1000' }
    const { email } = await registered()
    const ended: string[] = []
    const attempt = async (name: string, body: object, address: Record<string, string>) => {
      const { status } = await callWith(settings, '/auth/login', post(body, address))
      ended.push(name)
      return status
    }
    const crowd = anAddress()
    const many = Array.from({ length: 60 }, () => attempt('crowd', newAccount(), crowd))
    const one = attempt('one', { email, password }, anAddress())
    expect(await one).toBe(200)
    const before = ended.filter((name) => name === 'crowd').length
    const statuses = await Promise.all(many)
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThan(40)
    const served = before - statuses.filter((status) => status === 503).length
    expect(served).toBeLessThan(20)
  })

  test('LOGIN-14 Redis holds no digest of an email address that others could compute', async () => {
    const { email } = await registered()
    const address = anAddress()
    await refusal(
      await callWith({}, '/auth/login', post({ email, password: 'wrong password' }, address)),
      'bad_credentials',
    )
    await callWith({}, '/auth/login', post({ email, password }, address))
    const plain = await digest(canonicalEmail(email))
    const from = String(address['cf-connecting-ip'])
    const keys = (await connectTestRedis().keys('*')).filter((key) => key.endsWith(from))
    expect(keys.length).toBeGreaterThan(1)
    for (const key of keys) {
      expect(key).not.toContain(plain)
      expect(key).not.toContain(email.toLowerCase())
    }
  })
})

describe('a token', () => {
  test.each([
    ['none', undefined],
    ['another scheme', 'Basic YTpi'],
    ['no token', 'Bearer'],
    ['nonsense', 'Bearer nonsense'],
    ['two words', 'Bearer a b'],
  ])(
    'TOKEN-1 A call that needs a token is refused without a valid one: %s',
    async (_, authorization) => {
      const headers: Record<string, string> = authorization ? { authorization } : {}
      await refusal(await call('/auth/me', { headers }), 'unauthenticated')
    },
  )

  test('TOKEN-2 A token with another signature is refused', async () => {
    const { token } = await newPerson()
    const [head, claims, signature = ''] = token.split('.')
    const forged = [head, claims, signature.split('').reverse().join('')].join('.')
    await refusal(await callAs({ token: forged } as Person, 'GET', '/auth/me'), 'unauthenticated')
  })

  test('TOKEN-3 An expired token is refused as `token_expired`', async () => {
    const person = await newPerson()
    const expired = { ...person, token: await tokenFor(person, -70) }
    await refusal(await callAs(expired, 'GET', '/auth/me'), 'token_expired')
  })

  test('TOKEN-4 The token is checked before the body', async () => {
    await refusal(await call('/messages', post({})), 'unauthenticated')
  })
})

describe('/auth/me', () => {
  test('ME-1 `GET /auth/me` refuses an account that was erased or deactivated since', async () => {
    const gone = { id: crypto.randomUUID(), username: 'Nobody' }
    const nobody = { ...gone, sessionId: '', token: await tokenFor(gone) }
    await refusal(await callAs(nobody, 'GET', '/auth/me'), 'session_ended')

    const person = await newPerson()
    await sql()`update users set is_active = false where id = ${person.id}`
    await refusal(await callAs(person, 'GET', '/auth/me'), 'account_inactive')
  })
})
