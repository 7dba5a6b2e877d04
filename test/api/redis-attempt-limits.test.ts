import { describe, expect, inject, test } from 'vitest'
import {
  chargeLogin,
  chargeRegistration,
  clearLogins,
  type LoginAttempt,
  type LoginVerdict,
  recordLoginFailure,
  recordLoginSuccess,
  refundLogin,
  refundRegistration,
} from '../../src/redis/attempt-limits.ts'
import { digest, emailDigests } from '../../src/redis/digest.ts'
import type { LimitVerdict } from '../../src/redis/sliding-windows.ts'
import { connectApart, connectShared } from './redis-keyspace.ts'

const redis = connectApart(inject('services'))
const noon = Date.UTC(2026, 10, 23, 12)
const minuteMs = 60_000
const limits = { pair: 10, address: 50, account: 100, successes: 60 }

/** Stands for a digest: the limits only put it into keys. */
const anyone = () => `account ${crypto.randomUUID()}`
const anywhere = () => `address ${crypto.randomUUID()}`

function attemptOn(account: string, address: string): LoginAttempt {
  return { id: crypto.randomUUID(), emailDigests: [account], address }
}

function charge(attempt: LoginAttempt, now: number): Promise<LoginVerdict> {
  return chargeLogin(redis, attempt, limits, now)
}

async function fails(account: string, address: string, now = noon): Promise<boolean> {
  const attempt = attemptOn(account, address)
  const { allowed } = await charge(attempt, now)
  if (allowed) await recordLoginFailure(redis, attempt)
  return allowed
}

async function succeeds(account: string, address: string, now = noon): Promise<boolean> {
  const attempt = attemptOn(account, address)
  const { allowed } = await charge(attempt, now)
  if (allowed) await recordLoginSuccess(redis, attempt)
  return allowed
}

async function failOften(times: number, who: () => string, where: () => string): Promise<void> {
  const attempts = Array.from({ length: times }, () => fails(who(), where()))
  expect(await Promise.all(attempts)).not.toContain(false)
}

describe('logging in', () => {
  test('checks the password of exactly ten of fifty guesses at once', async () => {
    const [account, address] = [anyone(), anywhere()]
    const passed = await Promise.all(Array.from({ length: 50 }, () => fails(account, address)))
    expect(passed.filter(Boolean)).toHaveLength(10)
  })

  test('is refused after ten failures in 15 minutes per account and address, with the time to wait', async () => {
    const [account, address] = [anyone(), anywhere()]
    await failOften(
      10,
      () => account,
      () => address,
    )
    const later = noon + 5 * minuteMs
    const refused = await charge(attemptOn(account, address), later)
    expect(refused).toEqual({ allowed: false, retryAfterMs: 10 * minuteMs, reason: 'failures' })
    expect(await fails(anyone(), address, later)).toBe(true)
    expect(await fails(account, anywhere(), later)).toBe(true)
    expect(await fails(account, address, noon + 15 * minuteMs)).toBe(true)
  })

  test('is not delayed further by refused attempts', async () => {
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

  test('is refused after fifty failures per address, whatever the accounts', async () => {
    const address = anywhere()
    await failOften(50, anyone, () => address)
    expect(await fails(anyone(), address)).toBe(false)
    expect(await fails(anyone(), anywhere())).toBe(true)
  })

  test('is refused after a hundred failures per account, whatever the addresses', async () => {
    const account = anyone()
    await failOften(100, () => account, anywhere)
    expect(await fails(account, anywhere())).toBe(false)
  })

  test('works from a known address, however many fail elsewhere', async () => {
    const [account, home] = [anyone(), anywhere()]
    expect(await succeeds(account, home)).toBe(true)
    await failOften(100, () => account, anywhere)
    expect(await fails(account, anywhere())).toBe(false)
    expect(await succeeds(account, home)).toBe(true)
    expect(await fails(anyone(), home)).toBe(true)
  })

  test('works from a known address, however many others fail there', async () => {
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

  test('clears the failures of its account and address', async () => {
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

  test('does not clear other failures of its address', async () => {
    const [account, address] = [anyone(), anywhere()]
    await failOften(49, anyone, () => address)
    expect(await succeeds(account, address)).toBe(true)
    expect(await fails(anyone(), address)).toBe(true)
    expect(await fails(anyone(), address)).toBe(false)
  })

  test('never counts against the address or the account when it succeeds', async () => {
    const [account, address] = [anyone(), anywhere()]
    for (let time = 0; time < 60; time++) expect(await succeeds(account, address)).toBe(true)
    await failOften(50, anyone, () => address)
    await failOften(50, () => account, anywhere)
  })

  test('works sixty times an hour per account and address, then gives the time to wait', async () => {
    const [account, address] = [anyone(), anywhere()]
    for (let time = 0; time < 59; time++) {
      expect(await succeeds(account, address)).toBe(true)
      if (time % 10 === 0) expect(await fails(account, address)).toBe(true)
    }
    const atOnce = Array.from({ length: 9 }, () => succeeds(account, address, noon + minuteMs))
    expect((await Promise.all(atOnce)).filter(Boolean)).toHaveLength(1)
    const refused = await charge(attemptOn(account, address), noon + 20 * minuteMs)
    expect(refused).toEqual({ allowed: false, retryAfterMs: 40 * minuteMs, reason: 'successes' })
    expect(await succeeds(account, anywhere(), noon + 20 * minuteMs)).toBe(true)
    expect(await succeeds(anyone(), address, noon + 20 * minuteMs)).toBe(true)
    expect(await succeeds(account, address, noon + 60 * minuteMs)).toBe(true)
  })
})

test('a login that could not be checked is refunded', async () => {
  const [account, address] = [anyone(), anywhere()]
  for (let time = 0; time < 15; time++) {
    const attempt = attemptOn(account, address)
    expect(await chargeLogin(redis, attempt, limits, noon)).toEqual({ allowed: true })
    await refundLogin(redis, attempt)
  }
  await failOften(
    10,
    () => account,
    () => address,
  )
  expect(await fails(account, address)).toBe(false)
})

describe('registering', () => {
  function register(address: string, now = noon): Promise<LimitVerdict> {
    const registration = { id: crypto.randomUUID(), address }
    return chargeRegistration(redis, registration, 3, now)
  }

  test('is limited per address and hour', async () => {
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

test('a registration that failed is refunded', async () => {
  const address = anywhere()
  for (let time = 0; time < 5; time++) {
    const registration = { id: crypto.randomUUID(), address }
    expect(await chargeRegistration(redis, registration, 1, noon)).toEqual({ allowed: true })
    await refundRegistration(redis, registration)
  }
})

describe('the digest of an email', () => {
  const email = 'ada@example.com'
  const secret = 'a secret of at least thirty-two bytes'
  const previousSecret = 'the secret of yesterday, as long as that'

  test('differs by secret, and is no plain hash', async () => {
    const plain = await digest(email)
    const [keyed] = await emailDigests(email, { secret })
    expect(keyed).toMatch(/^[0-9a-f]{64}$/)
    expect(await emailDigests(email, { secret })).toEqual([keyed])
    expect(await emailDigests('eve@example.com', { secret })).not.toEqual([keyed])
    expect(new Set([plain, keyed, ...(await emailDigests(email, { secret: plain }))]).size).toBe(3)
  })

  test('of the previous secret comes second', async () => {
    const [today] = await emailDigests(email, { secret })
    const [before] = await emailDigests(email, { secret: previousSecret })
    expect(await emailDigests(email, { secret, previousSecret })).toEqual([today, before])
  })
})

describe('after a change of the secret', () => {
  /** Some commands take several keys, so prefixing the first one would not separate the tests. */
  const shared = connectShared(inject('services'))
  const attemptUnder = (address: string, ...who: [string, ...string[]]): LoginAttempt => ({
    ...{ id: crypto.randomUUID(), emailDigests: who, address },
  })

  test('a login works from a known address, however many others fail there', async () => {
    const [today, before, address] = [anyone(), anyone(), anywhere()]
    await recordLoginSuccess(shared, attemptUnder(address, before))
    const ask = (...who: [string, ...string[]]) =>
      chargeLogin(shared, attemptUnder(address, ...who), { ...limits, address: 1 }, noon)
    expect((await ask(anyone())).allowed).toBe(true)
    expect((await ask(today)).allowed).toBe(false)
    expect((await ask(today, before)).allowed).toBe(true)
  })

  test('the keys of an account are deleted under both secrets', async () => {
    const [today, before, address] = [anyone(), anyone(), anywhere()]
    for (const who of [today, before]) {
      await recordLoginSuccess(shared, attemptUnder(address, who))
      await chargeLogin(shared, attemptUnder(address, who), limits, noon)
    }
    const kept = async () =>
      (await shared.keys('login:*')).filter((key) => key.includes(today) || key.includes(before))
    expect(await kept()).toHaveLength(8)
    await clearLogins(shared, attemptUnder(address, today, before))
    expect(await kept()).toEqual([])
  })
})
