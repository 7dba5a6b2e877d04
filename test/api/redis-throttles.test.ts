import { describe, expect, inject, test } from 'vitest'
import {
  chargeLogin,
  chargeRegistration,
  clearLogin,
  type LoginAttempt,
  uncountLogin,
  uncountRegistration,
} from '../../src/redis/throttles.ts'
import type { Verdict } from '../../src/redis/windows.ts'
import { connectApart } from './redis-keyspace.ts'

const redis = connectApart(inject('services'))
const noon = Date.UTC(2026, 10, 23, 12)
const minuteMs = 60_000
const limits = { pair: 10, address: 50, account: 100 }

const anyone = () => `${crypto.randomUUID()}@example.com`
const anywhere = () => `address ${crypto.randomUUID()}`

function attemptOn(account: string, address: string): LoginAttempt {
  return { id: crypto.randomUUID(), account, address }
}

/** As the login does it: what is refused is taken back. */
async function charge(attempt: LoginAttempt, now: number): Promise<Verdict> {
  const verdict = await chargeLogin(redis, attempt, limits, now)
  if (!verdict.allowed) await uncountLogin(redis, attempt)
  return verdict
}

async function fails(account: string, address: string, now = noon): Promise<boolean> {
  return (await charge(attemptOn(account, address), now)).allowed
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
    expect(refused).toEqual({ allowed: false, retryAfterMs: 10 * minuteMs })
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

  test('any number of times never counts against the address or the account', async () => {
    const [account, address] = [anyone(), anywhere()]
    for (let time = 0; time < 60; time++) expect(await succeeds(account, address)).toBe(true)
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
  async function register(address: string, now = noon): Promise<Verdict> {
    const registration = { id: crypto.randomUUID(), address }
    const verdict = await chargeRegistration(redis, registration, 3, now)
    if (!verdict.allowed) await uncountRegistration(redis, registration)
    return verdict
  }

  test('works so many times an hour from one address', async () => {
    const address = anywhere()
    const verdicts = await Promise.all(Array.from({ length: 9 }, () => register(address)))
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(3)
    const retryAfterMs = 40 * minuteMs
    expect(await register(address, noon + 20 * minuteMs)).toEqual({ allowed: false, retryAfterMs })
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

test('no key of a throttle holds an email', async () => {
  const seen: string[] = []
  const watched = connectApart(inject('services'))
  watched.use((request, next) => {
    seen.push(JSON.stringify(request.body))
    return next(request)
  })
  const attempt = attemptOn(anyone(), anywhere())
  await chargeLogin(watched, attempt, limits, noon)
  await clearLogin(watched, attempt)
  expect(seen).toHaveLength(2)
  expect(seen.join()).not.toContain(attempt.account)
})
