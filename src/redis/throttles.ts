// How often one may log in, register, or take all of one's data away. Attempts are charged before a
// password is looked at, so that guesses in parallel can't outrun the count; what was refused, and
// what failed, must be uncounted. Emails appear in keys only as digests.

import type { Redis } from './client.ts'
import { digest } from './digest.ts'
import { chargeWindows, unchargeWindows, type Verdict, type Window } from './windows.ts'

const minuteMs = 60_000
const loginWindowMs = 15 * minuteMs
const sessionWindowMs = 60 * minuteMs
const registerWindowMs = 60 * minuteMs
const exportWindowMs = 60 * minuteMs
const knownForMs = 30 * 24 * 60 * minuteMs

export type LoginAttempt = {
  /** Unique to the attempt. */
  id: string
  /** Email in its canonical form. */
  account: string
  /** As domain/address.ts gives it. */
  address: string
}

/**
 * Failures in any 15 minutes. An account and an address that were logged in together in the last 30
 * days are bound by the first alone.
 */
export type LoginLimits = {
  /** Of one account from one address. */
  pair: number
  /** From one address. */
  address: number
  /** Of one account. */
  account: number
}

async function loginKeys({ account, address }: Omit<LoginAttempt, 'id'>) {
  const who = await digest(account)
  return {
    pair: `login:pair:${who}:${address}`,
    address: `login:address:${address}`,
    account: `login:account:${who}`,
    known: `login:known:${who}:${address}`,
    sessions: `login:sessions:${who}`,
  }
}

/** Counts the attempt as a failure until `clearLogin` says otherwise. */
export async function chargeLogin(
  redis: Redis,
  attempt: LoginAttempt,
  limits: LoginLimits,
  now: number,
): Promise<Verdict> {
  const keys = await loginKeys(attempt)
  const windowMs = loginWindowMs
  const windows: Window[] = [
    { key: keys.pair, max: limits.pair, windowMs },
    { key: keys.address, max: limits.address, windowMs, waivedBy: keys.known },
    { key: keys.account, max: limits.account, windowMs, waivedBy: keys.known },
  ]
  return chargeWindows(redis, windows, { now, member: attempt.id })
}

/** The attempt was a success: forgets the pair's failures, uncounts it, remembers the address. */
export async function clearLogin(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const keys = await loginKeys(attempt)
  await redis
    .multi()
    .del(keys.pair)
    .zrem(keys.address, attempt.id)
    .zrem(keys.account, attempt.id)
    .set(keys.known, '1', { px: knownForMs })
    .exec()
}

/** The attempt was neither: it was refused, or the password could not be checked. */
export async function uncountLogin(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const { pair, address, account } = await loginKeys(attempt)
  await unchargeWindows(redis, [pair, address, account], attempt.id)
}

/** Counts a session that is about to begin. @param max of one account in any hour */
export async function chargeSession(
  redis: Redis,
  attempt: LoginAttempt,
  max: number,
  now: number,
): Promise<Verdict> {
  const { sessions } = await loginKeys(attempt)
  const window = { key: sessions, max, windowMs: sessionWindowMs }
  return chargeWindows(redis, [window], { now, member: attempt.id })
}

/** It did not begin. */
export async function uncountSession(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const { sessions } = await loginKeys(attempt)
  await unchargeWindows(redis, [sessions], attempt.id)
}

/** What is kept of an account that is no more, as far as it can be found from here. */
export async function forgetLogins(redis: Redis, attempt: Omit<LoginAttempt, 'id'>): Promise<void> {
  const { pair, account, known, sessions } = await loginKeys(attempt)
  await redis.del(pair, account, known, sessions)
}

export type Registration = {
  /** Unique to the attempt. */
  id: string
  /** As domain/address.ts gives it. */
  address: string
}

const registerKey = (address: string) => `register:address:${address}`

/** @param max registrations from one address in any hour */
export async function chargeRegistration(
  redis: Redis,
  { id, address }: Registration,
  max: number,
  now: number,
): Promise<Verdict> {
  const window = { key: registerKey(address), max, windowMs: registerWindowMs }
  return chargeWindows(redis, [window], { now, member: id })
}

/** It was refused, or failed for no fault of whoever asked. */
export async function uncountRegistration(
  redis: Redis,
  { id, address }: Registration,
): Promise<void> {
  await unchargeWindows(redis, [registerKey(address)], id)
}

export type ExportAttempt = {
  /** Unique to the attempt. */
  id: string
  userId: string
}

const exportKey = (userId: string) => `export:user:${userId}`

/** @param max exports of one person in any hour */
export async function chargeExport(
  redis: Redis,
  { id, userId }: ExportAttempt,
  max: number,
  now: number,
): Promise<Verdict> {
  const window = { key: exportKey(userId), max, windowMs: exportWindowMs }
  return chargeWindows(redis, [window], { now, member: id })
}

/** It was refused, or failed. */
export async function uncountExport(redis: Redis, { id, userId }: ExportAttempt): Promise<void> {
  await unchargeWindows(redis, [exportKey(userId)], id)
}
