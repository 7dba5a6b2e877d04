import { describe, expect, inject, test } from 'vitest'
import { chargeWindows, type LimitVerdict, type Window } from '../../src/redis/sliding-windows.ts'
import { connectApart } from './redis-keyspace.ts'

const redis = connectApart(inject('services'))
const noon = Date.UTC(2026, 10, 23, 12)
const windowMs = 60_000
/** By how much the clock is set, in milliseconds. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])

function windowOf(max: number, change: Partial<Window> = {}): Window {
  return { key: crypto.randomUUID(), max, windowMs, ...change }
}

function charge(windows: Window[], now: number): Promise<LimitVerdict> {
  return chargeWindows(redis, windows, { now, member: crypto.randomUUID() })
}

async function fill({ key, max }: Window, now: number): Promise<void> {
  for (let count = 0; count < max; count++) {
    await redis.zadd(key, { score: now, member: `${count}` })
  }
}

describe('one window', () => {
  test('accepts exactly as many as fit, of fifty at once', async () => {
    const window = windowOf(10)
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => charge([window], noon)))
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(10)
    expect(await redis.zcard(window.key)).toBe(10)
  })

  test('slides: an event counts for exactly the window, and a refusal gives the time to wait', async () => {
    const window = windowOf(2)
    await charge([window], noon)
    await charge([window], noon + 10_000)
    const refused = await charge([window], noon + 20_000)
    const { key } = window
    expect(refused).toEqual({ allowed: false, retryAfterMs: windowMs - 20_000, key })
    expect((await charge([window], noon + windowMs - 1)).allowed).toBe(false)
    expect((await charge([window], noon + windowMs)).allowed).toBe(true)
    expect((await charge([window], noon + windowMs)).allowed).toBe(false)
    expect((await charge([window], noon + windowMs + 10_000)).allowed).toBe(true)
  })

  test('is not extended by refused attempts', async () => {
    const window = windowOf(1)
    await charge([window], noon)
    for (let ms = 10_000; ms < windowMs; ms += 10_000) {
      const refused = { allowed: false, retryAfterMs: windowMs - ms, key: window.key }
      expect(await charge([window], noon + ms)).toEqual(refused)
    }
    expect((await charge([window], noon + windowMs)).allowed).toBe(true)
  })

  test('stays small, however long it is in use', async () => {
    const window = windowOf(3)
    for (let ms = 0; ms < 20 * windowMs; ms += windowMs / 4) await charge([window], noon + ms)
    expect(await redis.zcard(window.key)).toBeLessThanOrEqual(4)
  })

  test('never asks to wait longer than its length, even after a clock that was ahead', async () => {
    const window = windowOf(1)
    await charge([window], noon + 10 * windowMs)
    const { key } = window
    const refused = { allowed: false, retryAfterMs: windowMs, key }
    expect(await charge([window], noon)).toEqual(refused)
  })

  test('counts each event of one millisecond', async () => {
    const window = windowOf(2)
    const verdicts = [await charge([window], noon), await charge([window], noon)]
    expect(verdicts).toEqual([{ allowed: true }, { allowed: true }])
    expect(await redis.zcard(window.key)).toBe(2)
  })

  test('leaves no key after its end', async () => {
    const window = windowOf(5)
    await charge([window], noon)
    const left = await redis.pttl(window.key)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(windowMs)
  })
})

describe.each(steps)('when the clock is set by %i ms', (step) => {
  test('a refusal never asks to wait longer than the window, and waiting helps', async () => {
    const window = windowOf(3)
    for (const ms of [-3_000, -2_000, -1_000]) await charge([window], noon + ms)
    const now = noon + step
    const verdict = await charge([window], now)
    const waitMs = verdict.allowed ? 0 : verdict.retryAfterMs
    expect(waitMs).toBeLessThanOrEqual(windowMs)
    if (waitMs > 1) expect((await charge([window], now + waitMs - 1)).allowed).toBe(false)
    expect((await charge([window], now + waitMs)).allowed).toBe(true)
  })

  test('repeated attempts do not extend the wait', async () => {
    const window = windowOf(3)
    for (const ms of [-3_000, -2_000, -1_000]) await charge([window], noon + ms)
    const now = noon + step
    for (let ms = 0; ms < windowMs; ms += 10_000) await charge([window], now + ms)
    expect((await charge([window], now + windowMs)).allowed).toBe(true)
  })

  test('no more events are accepted than fit', async () => {
    const window = windowOf(3)
    for (let ms = 0; ms < 5; ms++) await charge([window], noon - ms)
    const now = noon + step
    const passed: boolean[] = []
    for (let ms = 0; ms < 5; ms++) passed.push((await charge([window], now + ms)).allowed)
    const fit = step >= windowMs ? 3 : 0
    expect(passed.filter(Boolean)).toHaveLength(fit)
  })
})

test('a refunded event does not return when the clock is set back', async () => {
  const window = windowOf(1)
  const { key } = window
  await charge([window], noon)
  let taken = false
  redis.use((request, next) => {
    const isLook = !taken && (request.body as unknown[])[0] === 'zrange'
    if (!isLook) return next(request)
    taken = true
    return next(request).then(async (answer) => {
      await redis.del(key)
      return answer
    })
  })
  expect((await charge([window], noon - 10_000)).allowed).toBe(false)
  expect(taken).toBe(true)
  expect(await redis.zcard(key)).toBe(0)
})

test('a waiver holds when the window fills between the read and the charge', async () => {
  const waiver = crypto.randomUUID()
  await redis.set(waiver, '1')
  const window = windowOf(2, { waivedBy: [waiver] })
  let isFilled = false
  redis.use(async (request, next) => {
    const answer = await next(request)
    if (!isFilled) {
      isFilled = true
      await fill(window, noon)
    }
    return answer
  })
  expect(await charge([window], noon)).toEqual({ allowed: true })
  expect(isFilled).toBe(true)
  expect(await redis.zcard(window.key)).toBe(3)
})

describe('several windows', () => {
  test('are charged together or not at all', async () => {
    const [open, full] = [windowOf(10), windowOf(1)]
    await fill(full, noon)
    expect((await charge([open, full], noon + 1)).allowed).toBe(false)
    expect(await redis.zcard(open.key)).toBe(0)
    expect(await redis.zcard(full.key)).toBe(1)
  })

  test('refuse with the longest of their waits', async () => {
    const [soon, late] = [windowOf(1), windowOf(1, { windowMs: 2 * windowMs })]
    await fill(soon, noon)
    await fill(late, noon)
    const refused = { allowed: false, retryAfterMs: 2 * windowMs, key: late.key }
    expect(await charge([soon, late], noon)).toEqual(refused)
    expect(await charge([late, soon], noon)).toEqual(refused)
  })

  test('accept and count an event with a waiver for the full one', async () => {
    const waivedBy = crypto.randomUUID()
    const full = windowOf(1, { waivedBy: [waivedBy] })
    await fill(full, noon)
    expect((await charge([full], noon)).allowed).toBe(false)
    await redis.set(waivedBy, '1', { ex: 60 })
    expect((await charge([full], noon)).allowed).toBe(true)
    expect(await redis.zcard(full.key)).toBe(2)
  })
})
