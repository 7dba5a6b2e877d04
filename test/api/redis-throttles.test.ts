import { describe, expect, inject, test } from 'vitest'
import { digest, emailDigests } from '../../src/redis/digest.ts'
import {
  chargeLogin,
  chargeRegistration,
  clearLogin,
  failLogin,
  forgetLogins,
  type LoginAttempt,
  type LoginVerdict,
  uncountLogin,
  uncountRegistration,
} from '../../src/redis/throttles.ts'
import type { Verdict } from '../../src/redis/windows.ts'
import { connectApart, connectShared } from './redis-keyspace.ts'

const redis = connectApart(inject('services'))
const noon = Date.UTC(2026, 10, 23, 12)
const minuteMs = 60_000
const limits = { pair: 10, address: 50, account: 100, successes: 60 }

/** In the place of a digest: the throttles only put it into keys. */
const anyone = () => `account ${crypto.randomUUID()}`
const anywhere = () => `address ${crypto.randomUUID()}`

function attemptOn(account: string, address: string): LoginAttempt {
  return { id: crypto.randomUUID(), who: [account], address }
}

function charge(attempt: LoginAttempt, now: number): Promise<LoginVerdict> {
  return chargeLogin(redis, attempt, limits, now)
}

async function fails(account: string, address: string, now = noon): Promise<boolean> {
  const attempt = attemptOn(account, address)
  const { allowed } = await charge(attempt, now)
  if (allowed) await failLogin(redis, attempt)
  return allowed
}

async function succeeds(account: string, address: string, now = noon): Promise<boolean> {
  const attempt = attemptOn(account, address)
  const { allowed } = await charge(attempt, now)
  if (allowed) await clearLogin(redis, attempt)
  return allowed
}

async function failOften(times: number, who: () => string, where: () => string): Promise<void> {
  const attempts = Array.from({ length: times }, () => fails(who(), where()))
  expect(await Promise.all(attempts)).not.toContain(false)
}

describe('logging in', () => {
  test('lets exactly ten of fifty guesses at once reach the password', async () => {
    const [account, address] = [anyone(), anywhere()]
    const passed = await Promise.all(Array.from({ length: 50 }, () => fails(account, address)))
    expect(passed.filter(Boolean)).toHaveLength(10)
  })

  test('fails ten times in 15 minutes of one account from one address, and says when again', async () => {
    const [account, address] = [anyone(), anywhere()]
    await failOften(
      10,
      () => account,
      () => address,
    )
    const later = noon + 5 * minuteMs
    const refused = await charge(attemptOn(account, address), later)
    expect(refused).toEqual({ allowed: false, retryAfterMs: 10 * minuteMs, of: 'failures' })
    expect(await fails(anyone(), address, later)).toBe(true)
    expect(await fails(account, anywhere(), later)).toBe(true)
    expect(await fails(account, address, noon + 15 * minuteMs)).toBe(true)
  })

  test('is not put off further by trying while refused', async () => {
    const [account, address] = [anyone(), anywhere()]
    await failOften(
      10,
      () => account,
      () => address,
    )
    for (let minute = 1; minute < 15; minute++) {
      expect(await fails(account, address, noon + minute * minuteMs)).toBe(false)
    }
    expect(await fails(account, address, noon + 15 * minuteMs)).toBe(true)
  })

  test('fails fifty times from one address, whatever the accounts', async () => {
    const address = anywhere()
    await failOften(50, anyone, () => address)
    expect(await fails(anyone(), address)).toBe(false)
    expect(await fails(anyone(), anywhere())).toBe(true)
  })

  test('fails a hundred times of one account, whatever the addresses', async () => {
    const account = anyone()
    await failOften(100, () => account, anywhere)
    expect(await fails(account, anywhere())).toBe(false)
  })

  test('works from where it worked lately, however many fail elsewhere', async () => {
    const [account, home] = [anyone(), anywhere()]
    expect(await succeeds(account, home)).toBe(true)
    await failOften(100, () => account, anywhere)
    expect(await fails(account, anywhere())).toBe(false)
    expect(await succeeds(account, home)).toBe(true)
    expect(await fails(anyone(), home)).toBe(true)
  })

  test('works where it worked lately, however many others fail there', async () => {
    const [account, address] = [anyone(), anywhere()]
    expect(await succeeds(account, address)).toBe(true)
    await failOften(50, anyone, () => address)
    expect(await fails(anyone(), address)).toBe(false)
    expect(await succeeds(account, address)).toBe(true)
    await failOften(
      10,
      () => account,
      () => address,
    )
    expect(await succeeds(account, address)).toBe(false)
  })

  test('once clears what failed of this account from this address', async () => {
    const [account, address] = [anyone(), anywhere()]
    await failOften(
      9,
      () => account,
      () => address,
    )
    expect(await succeeds(account, address)).toBe(true)
    await failOften(
      10,
      () => account,
      () => address,
    )
    expect(await fails(account, address)).toBe(false)
  })

  test('once does not clear what else failed from this address', async () => {
    const [account, address] = [anyone(), anywhere()]
    await failOften(49, anyone, () => address)
    expect(await succeeds(account, address)).toBe(true)
    expect(await fails(anyone(), address)).toBe(true)
    expect(await fails(anyone(), address)).toBe(false)
  })

  test('sixty times never counts against the address or the account', async () => {
    const [account, address] = [anyone(), anywhere()]
    for (let time = 0; time < 60; time++) expect(await succeeds(account, address)).toBe(true)
    await failOften(50, anyone, () => address)
    await failOften(50, () => account, anywhere)
  })

  test('works sixty times an hour of one account from one address, and says when again', async () => {
    const [account, address] = [anyone(), anywhere()]
    for (let time = 0; time < 59; time++) {
      expect(await succeeds(account, address)).toBe(true)
      if (time % 10 === 0) expect(await fails(account, address)).toBe(true)
    }
    const atOnce = Array.from({ length: 9 }, () => succeeds(account, address, noon + minuteMs))
    expect((await Promise.all(atOnce)).filter(Boolean)).toHaveLength(1)
    const refused = await charge(attemptOn(account, address), noon + 20 * minuteMs)
    expect(refused).toEqual({ allowed: false, retryAfterMs: 40 * minuteMs, of: 'successes' })
    expect(await succeeds(account, anywhere(), noon + 20 * minuteMs)).toBe(true)
    expect(await succeeds(anyone(), address, noon + 20 * minuteMs)).toBe(true)
    expect(await succeeds(account, address, noon + 60 * minuteMs)).toBe(true)
  })
})

test('a login that could not be checked counts for nothing', async () => {
  const [account, address] = [anyone(), anywhere()]
  for (let time = 0; time < 15; time++) {
    const attempt = attemptOn(account, address)
    expect(await chargeLogin(redis, attempt, limits, noon)).toEqual({ allowed: true })
    await uncountLogin(redis, attempt)
  }
  await failOften(
    10,
    () => account,
    () => address,
  )
  expect(await fails(account, address)).toBe(false)
})

describe('registering', () => {
  function register(address: string, now = noon): Promise<Verdict> {
    const registration = { id: crypto.randomUUID(), address }
    return chargeRegistration(redis, registration, 3, now)
  }

  test('works so many times an hour from one address', async () => {
    const address = anywhere()
    const verdicts = await Promise.all(Array.from({ length: 9 }, () => register(address)))
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(3)
    const retryAfterMs = 40 * minuteMs
    const refused = await register(address, noon + 20 * minuteMs)
    expect(refused).toMatchObject({ allowed: false, retryAfterMs })
    expect(await register(anywhere())).toEqual({ allowed: true })
    expect(await register(address, noon + 60 * minuteMs)).toEqual({ allowed: true })
  })
})

test('a registration that could not be made counts for nothing', async () => {
  const address = anywhere()
  for (let time = 0; time < 5; time++) {
    const registration = { id: crypto.randomUUID(), address }
    expect(await chargeRegistration(redis, registration, 1, noon)).toEqual({ allowed: true })
    await uncountRegistration(redis, registration)
  }
})

describe('the digest of an email', () => {
  const email = 'ada@example.com'
  const secret = 'a secret of at least thirty-two bytes'
  const previousSecret = 'the secret of yesterday, as long as that'

  test('is another one under another secret, and never that of everyone', async () => {
    const plain = await digest(email)
    const [keyed] = await emailDigests(email, { secret })
    expect(keyed).toMatch(/^[0-9a-f]{64}$/)
    expect(await emailDigests(email, { secret })).toEqual([keyed])
    expect(await emailDigests('eve@example.com', { secret })).not.toEqual([keyed])
    expect(new Set([plain, keyed, ...(await emailDigests(email, { secret: plain }))]).size).toBe(3)
  })

  test('of the secret before comes second', async () => {
    const [today] = await emailDigests(email, { secret })
    const [before] = await emailDigests(email, { secret: previousSecret })
    expect(await emailDigests(email, { secret, previousSecret })).toEqual([today, before])
  })
})

describe('after a change of the secret', () => {
  /** Keys are looked up by more than one name, so they can't be set apart by their first. */
  const shared = connectShared(inject('services'))
  const attemptUnder = (address: string, ...who: [string, ...string[]]): LoginAttempt => ({
    ...{ id: crypto.randomUUID(), who, address },
  })

  test('a login works where it worked before, however many others fail there', async () => {
    const [today, before, address] = [anyone(), anyone(), anywhere()]
    await clearLogin(shared, attemptUnder(address, before))
    const ask = (...who: [string, ...string[]]) =>
      chargeLogin(shared, attemptUnder(address, ...who), { ...limits, address: 1 }, noon)
    expect((await ask(anyone())).allowed).toBe(true)
    expect((await ask(today)).allowed).toBe(false)
    expect((await ask(today, before)).allowed).toBe(true)
  })

  test('what was kept of an account is forgotten under both', async () => {
    const [today, before, address] = [anyone(), anyone(), anywhere()]
    for (const who of [today, before]) {
      await clearLogin(shared, attemptUnder(address, who))
      await chargeLogin(shared, attemptUnder(address, who), limits, noon)
    }
    const kept = async () =>
      (await shared.keys('login:*')).filter((key) => key.includes(today) || key.includes(before))
    expect(await kept()).toHaveLength(8)
    await forgetLogins(shared, attemptUnder(address, today, before))
    expect(await kept()).toEqual([])
  })
})
