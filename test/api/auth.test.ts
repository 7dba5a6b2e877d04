import { compare, getRounds } from 'bcryptjs'
import { afterEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { canonicalEmail } from '../../src/contract/values.ts'
import { hashPassword } from '../../src/crypto/password.ts'
import { digest } from '../../src/redis/digest.ts'
import { call, callAs, newPerson, type Person, sql, tokenFor, trouble } from '../support/chat.ts'
import type { Trouble } from '../support/services.ts'
import { answer, callWith, post, refusal } from './answers.ts'
import {
  anAddress,
  callIn,
  connectTestRedis,
  logIn,
  type Newcomer,
  newcomer,
  password,
  registered,
  session,
} from './people.ts'

/** How many of an address's logins and registrations count against it. */
async function countedFor(address: Record<string, string>): Promise<number> {
  const redis = connectTestRedis()
  const ip = address['cf-connecting-ip']
  return (await redis.zcard(`login:address:${ip}`)) + (await redis.zcard(`register:address:${ip}`))
}

/** Counts the logins whose throttles are looked at: that is the first thing done in a turn. */
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

/** Counts the commands that Redis is given: it is billed by them. */
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
  test('REG-1 opens an account and answers with it, without a password', async () => {
    const person = newcomer()
    const { user } = await registered(person)
    expect(user).toMatchObject({
      username: person.username,
      email: person.email,
      last_seen: null,
      is_active: true,
    })
    expect(Math.abs(Date.now() - Date.parse(user.created_at))).toBeLessThan(60_000)
  })

  test('REG-2 refuses a username that is taken in whatever case or compatibility form', async () => {
    const { username } = await registered()
    for (const taken of [username, username.toUpperCase(), username.replace('A', 'Ａ')]) {
      const response = await call('/auth/register', post({ ...newcomer(), username: taken }))
      await refusal(response, 'username_taken')
    }
  })

  test('REG-3 refuses an email that is taken in whatever case, and in the other form of its host', async () => {
    const { email } = await registered()
    const foreign = `${newcomer().email.split('@')[0]}@xn--e1afmkfd.xn--p1ai`
    await registered({ ...newcomer(), email: foreign })
    for (const taken of [
      email,
      email.toUpperCase(),
      ` ${email} `,
      foreign,
      foreign.replace(/@.*/, '@Пример.рф'),
    ])
      await refusal(
        await call('/auth/register', post({ ...newcomer(), email: taken })),
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
  ])('REG-4 refuses %s %j', async (field, value) => {
    const response = await call('/auth/register', post({ ...newcomer(), [field]: value }))
    const { errors } = await refusal(response, 'invalid')
    expect(Object.keys(errors ?? {})).toEqual([field])
  })

  test('REG-5 takes a password of 72 bytes, and logs in with it', async () => {
    const person = { ...newcomer(), password: `${'é'.repeat(35)}à` }
    await registered(person)
    await answer(await logIn(person.email, person.password), 200, Tokens)
  })

  test('REG-6 of two at once with one name gives it to one', async () => {
    const name = newcomer().username
    const responses = await Promise.all(
      [1, 2, 3].map(() => call('/auth/register', post({ ...newcomer(), username: name }))),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })

  test('REG-7 is limited by address, and says how long to wait', async () => {
    const limit = { REGISTER_LIMIT: '2' }
    const address = anAddress()
    const tryOnce = () => callWith(limit, '/auth/register', post(newcomer(), address))
    expect((await tryOnce()).status).toBe(201)
    expect((await tryOnce()).status).toBe(201)
    const { retry_after, detail } = await refusal(await tryOnce(), 'rate_limited')
    expect(retry_after).toBeGreaterThan(3_000)
    expect(detail).toBe('Too many accounts were opened from this address. Try again in 60 minutes.')
  })
})

describe('a name', () => {
  const register = async (username: string) =>
    call('/auth/register', post({ ...newcomer(), username }, anAddress()))
  /** Letters that Latin and Cyrillic share, so that each test has names of its own. */
  const shared = () => {
    const pick = crypto.getRandomValues(new Uint8Array(20))
    const spell = (letters: string) => [...pick].map((at) => letters[at % letters.length]).join('')
    return { latin: spell('aceopxy'), cyrillic: spell('асеорху') }
  }

  test('REG-8 that looks like another one is refused, across scripts and in whatever case', async () => {
    const { latin, cyrillic } = shared()
    expect((await register(latin)).status).toBe(201)
    for (const alike of [cyrillic, cyrillic.toUpperCase(), `${cyrillic}`.replace('а', 'А')]) {
      const { detail } = await refusal(await register(alike), 'username_taken')
      expect(detail).toBe('This username is taken, or looks like one that is. Choose another.')
    }
    expect((await register(`${latin}2`)).status).toBe(201)
  })

  test('REG-9 that looks like one that asks at the same time is given to one of them', async () => {
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
  ])('REG-10 is taken as its owner writes it: %s', async (_, name) => {
    await sql()`delete from users where username = ${name}`
    const person = { ...newcomer(), username: name }
    expect((await registered(person)).user.username).toBe(name)
    const { access_token } = await session(person.email)
    const me = await callIn({ access_token }, 'GET', '/auth/me')
    expect((await answer(me, 200, User)).username).toBe(name)
    await refusal(await register(name.replaceAll(/[\u200c\u200d]/g, '')), 'username_taken')
  })

  test('REG-11 and an email lose the white space around them', async () => {
    const person = newcomer()
    const typed = { ...person, username: `\u3000${person.username}\n`, email: `\t${person.email} ` }
    const { user } = await registered(typed)
    expect(user).toMatchObject({ username: person.username, email: person.email })
    expect((await logIn(` ${person.email} `)).status).toBe(200)
  })
})

describe('logging in', () => {
  test('LOGIN-1 answers with a token that works', async () => {
    const { email, user } = await registered()
    const token = await answer(await logIn(email.toLowerCase()), 200, Tokens)
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 86_400 })
    const headers = { authorization: `bearer ${token.access_token}` }
    expect(await answer(await call('/auth/me', { headers }), 200, User)).toEqual(user)
  })

  test('LOGIN-2 answers alike for an unknown account and a wrong password', async () => {
    const { email } = await registered()
    const wrong = await refusal(await logIn(email, 'wrong password'), 'bad_credentials')
    const unknown = await refusal(await logIn(newcomer().email), 'bad_credentials')
    expect(unknown).toEqual(wrong)
  })

  test('LOGIN-3 tells of a deactivated account only who knows its password', async () => {
    const { email } = await registered()
    await sql()`update users set is_active = false where email = ${email}`
    await refusal(await logIn(email, 'wrong password'), 'bad_credentials')
    await refusal(await logIn(email), 'account_inactive')
  })

  test('LOGIN-4 is limited after failures, for this account from this address only', async () => {
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

  test('LOGIN-5 forgets the failures with a success', async () => {
    const { email } = await registered()
    const address = anAddress()
    const attempt = (secret: string) =>
      callWith({ LOGIN_LIMIT_PAIR: '2' }, '/auth/login', post({ email, password: secret }, address))
    for (let round = 0; round < 2; round++) {
      await refusal(await attempt('wrong password'), 'bad_credentials')
      expect((await attempt(password)).status).toBe(200)
    }
  })

  test('LOGIN-6 of thirty people at once, from one address, lets all in, two by two', async () => {
    const settings = { BCRYPT_COST: '8' }
    const [first, ...others] = Array.from({ length: 30 }, newcomer) as [Newcomer, ...Newcomer[]]
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
  ])('LOGIN-7 counts nothing that was not judged: %s', async (_, trait) => {
    const address = anAddress()
    await trouble({ part: 'redis', ...trait })
    const login = callWith({}, '/auth/login', post(newcomer(), address))
    const registration = callWith({}, '/auth/register', post(newcomer(), address))
    await refusal(await login, 'unavailable')
    await refusal(await registration, 'unavailable')
    await trouble({ part: 'redis' })
    expect(await countedFor(address)).toBe(0)
  })

  test('LOGIN-7 counts nothing that was not judged: when the answer to the charge alone is lost', async () => {
    const address = anAddress()
    const { fetch } = globalThis
    const watched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const answered = await fetch(input, init)
      if (/"zadd"/i.test(String(init?.body))) throw new TypeError('lost')
      return answered
    })
    const login = callWith({}, '/auth/login', post(newcomer(), address))
    const registration = callWith({}, '/auth/register', post(newcomer(), address))
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
  ])('LOGIN-17 that is refused %s costs six commands of Redis at most', async (_, limit) => {
    const { email } = await registered()
    const address = anAddress()
    const attempt = () =>
      callWith(limit, '/auth/login', post({ email, password: 'a wrong password' }, address))
    await refusal(await attempt(), 'bad_credentials')
    const commands = countCommands()
    await refusal(await attempt(), 'rate_limited')
    expect(commands.count).toBeLessThanOrEqual(6)
  })

  test('LOGIN-8 counts nothing that it refused', async () => {
    const address = anAddress()
    const attempt = () =>
      callWith({ LOGIN_LIMIT_ADDRESS: '2' }, '/auth/login', post(newcomer(), address))
    for (const code of [
      'bad_credentials',
      'bad_credentials',
      'rate_limited',
      'rate_limited',
    ] as const)
      await refusal(await attempt(), code)
    expect(await countedFor(address)).toBe(2)
  })

  test('LOGIN-9 from where it worked lately is not stopped by what others fail there', async () => {
    const { email } = await registered()
    const address = anAddress()
    const attempt = (who: string) =>
      callWith({ LOGIN_LIMIT_ADDRESS: '2' }, '/auth/login', post({ email: who, password }, address))
    expect((await attempt(email)).status).toBe(200)
    const stranger = newcomer().email
    for (const code of ['bad_credentials', 'bad_credentials', 'rate_limited'] as const)
      await refusal(await attempt(stranger), code)
    expect((await attempt(email)).status).toBe(200)
  })

  test('LOGIN-10 gives an account of a lower cost a hash of today’s', async () => {
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
    'LOGIN-15 takes a password that is typed otherwise: chosen in %s, typed in %s',
    async (chosen, typed) => {
      const secret = 'un très long mot de passe à moi'
      const { email } = await registered({ ...newcomer(), password: secret.normalize(chosen) })
      for (const form of [typed, chosen])
        expect((await logIn(email, secret.normalize(form))).status).toBe(200)
      await refusal(await logIn(email, 'un tres long mot de passe a moi'), 'bad_credentials')
    },
  )

  test('LOGIN-16 gives an account whose hash is of another form one of today’s', async () => {
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

  test('LOGIN-11 begins so many sessions of one account in an hour, from wherever', async () => {
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

describe('what logins cost', () => {
  const often = /^The password of this account was checked very often\. Try again in 60 minutes\.$/
  const many = /^There were too many logins to this account\./

  test('LOGIN-12 checks the right password so often an hour from one address, and no wrong one counts', async () => {
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
    // Nobody even looks for the account.
    await trouble({ part: 'postgres', fault: 'refuse' })
    for (let time = 0; time < 2; time++) expect(await tell(here)).toMatch(often)
    await refusal(await attempt(password, there), 'unavailable')
    await trouble({ part: 'postgres' })
    // The sessions of this hour have begun, but that is known only after the password.
    for (const reason of [many, many, often, often]) expect(await tell(there)).toMatch(reason)
  })

  test('LOGIN-13 of very many from one address wait behind that of another', async () => {
    const settings = { BCRYPT_COST: '8', LOGIN_LIMIT_ADDRESS: '1000' }
    const { email } = await registered()
    const ended: string[] = []
    const attempt = async (name: string, body: object, address: Record<string, string>) => {
      const { status } = await callWith(settings, '/auth/login', post(body, address))
      ended.push(name)
      return status
    }
    const crowd = anAddress()
    const many = Array.from({ length: 60 }, () => attempt('crowd', newcomer(), crowd))
    const one = attempt('one', { email, password }, anAddress())
    expect(await one).toBe(200)
    const before = ended.filter((name) => name === 'crowd').length
    const statuses = await Promise.all(many)
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThan(40)
    const served = before - statuses.filter((status) => status === 503).length
    expect(served).toBeLessThan(20)
  })

  test('LOGIN-14 leaves no digest of an email in Redis that anyone could guess', async () => {
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
  ])('TOKEN-1 is demanded: %s', async (_, authorization) => {
    const headers: Record<string, string> = authorization ? { authorization } : {}
    await refusal(await call('/auth/me', { headers }), 'unauthenticated')
  })

  test('TOKEN-2 of another signature is refused', async () => {
    const { token } = await newPerson()
    const [head, claims, signature = ''] = token.split('.')
    const forged = [head, claims, signature.split('').reverse().join('')].join('.')
    await refusal(await callAs({ token: forged } as Person, 'GET', '/auth/me'), 'unauthenticated')
  })

  test('TOKEN-3 that has expired says so', async () => {
    const person = await newPerson()
    const expired = { ...person, token: await tokenFor(person, -70) }
    await refusal(await callAs(expired, 'GET', '/auth/me'), 'token_expired')
  })

  test('TOKEN-4 is asked for before the body is looked at', async () => {
    await refusal(await call('/messages', post({})), 'unauthenticated')
  })
})

describe('/auth/me', () => {
  test('ME-1 refuses an account that is gone or deactivated since', async () => {
    const gone = { id: crypto.randomUUID(), username: 'Nobody' }
    const nobody = { ...gone, sessionId: '', token: await tokenFor(gone) }
    await refusal(await callAs(nobody, 'GET', '/auth/me'), 'session_ended')

    const person = await newPerson()
    await sql()`update users set is_active = false where id = ${person.id}`
    await refusal(await callAs(person, 'GET', '/auth/me'), 'account_inactive')
  })
})
