// How often one may log in, register, or take all of one's data away. Attempts are charged before a
// password is looked at, so that guesses in parallel can't outrun the count; what failed must be
// uncounted, and of what was refused nothing is kept.

import type { Redis } from './client.ts'
import type { EmailDigests } from './digest.ts'
import { chargeWindows, unchargeWindows, type Verdict, type Window } from './windows.ts'

const minuteMs = 60_000
const failureWindowMs = 15 * minuteMs
const successWindowMs = 60 * minuteMs
const sessionWindowMs = 60 * minuteMs
const registerWindowMs = 60 * minuteMs
const exportWindowMs = 60 * minuteMs
const knownForMs = 30 * 24 * 60 * minuteMs

export type LoginAttempt = {
  /** Unique to the attempt. */
  id: string
  /** The account, by its email. */
  who: EmailDigests
  /** As domain/address.ts gives it. */
  address: string
}

/**
 * The first three are of failures in any 15 minutes. An account and an address that were logged in
 * together in the last 30 days are not bound by the second and the third.
 */
export type LoginLimits = {
  /** Of one account from one address. */
  pair: number
  /** From one address. */
  address: number
  /** Of one account. */
  account: number
  /** Right passwords of one account from one address in any hour: they cost as much as wrong ones. */
  successes: number
}

/** What is kept of an account alone. */
function accountKeys(who: string, address: string) {
  return {
    pair: `login:pair:${who}:${address}`,
    account: `login:account:${who}`,
    successes: `login:successes:${who}:${address}`,
    known: `login:known:${who}:${address}`,
    sessions: `login:sessions:${who}`,
  }
}

function loginKeys({ who: [who], address }: LoginAttempt) {
  return { ...accountKeys(who, address), address: `login:address:${address}` }
}

export type LoginVerdict =
  | { allowed: true }
  | { allowed: false; retryAfterMs: number; of: 'failures' | 'successes' }

/** Unless it is refused, counts the attempt as both, until `failLogin` or `clearLogin` says which it was. */
export async function chargeLogin(
  redis: Redis,
  attempt: LoginAttempt,
  limits: LoginLimits,
  now: number,
): Promise<LoginVerdict> {
  const keys = loginKeys(attempt)
  const windowMs = failureWindowMs
  const waivedBy = attempt.who.map((who) => accountKeys(who, attempt.address).known)
  const windows: Window[] = [
    { key: keys.pair, max: limits.pair, windowMs },
    { key: keys.address, max: limits.address, windowMs, waivedBy },
    { key: keys.account, max: limits.account, windowMs, waivedBy },
    { key: keys.successes, max: limits.successes, windowMs: successWindowMs },
  ]
  const verdict = await chargeWindows(redis, windows, { now, member: attempt.id })
  if (verdict.allowed) return verdict
  const { key, ...refused } = verdict
  return { ...refused, of: key === keys.successes ? 'successes' : 'failures' }
}

/** The attempt was a failure. */
export async function failLogin(redis: Redis, attempt: LoginAttempt): Promise<void> {
  await unchargeWindows(redis, [loginKeys(attempt).successes], attempt.id)
}

/** The attempt was a success: forgets the pair's failures, remembers the address. */
export async function clearLogin(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const keys = loginKeys(attempt)
  await redis
    .multi()
    .del(keys.pair)
    .zrem(keys.address, attempt.id)
    .zrem(keys.account, attempt.id)
    .set(keys.known, '1', { px: knownForMs })
    .exec()
}

/** The attempt was neither: the password could not be checked. */
export async function uncountLogin(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const { pair, address, account, successes } = loginKeys(attempt)
  await unchargeWindows(redis, [pair, address, account, successes], attempt.id)
}

/** Counts a session that is about to begin. @param max of one account in any hour */
export async function chargeSession(
  redis: Redis,
  attempt: LoginAttempt,
  max: number,
  now: number,
): Promise<Verdict> {
  const { sessions } = loginKeys(attempt)
  const window = { key: sessions, max, windowMs: sessionWindowMs }
  return chargeWindows(redis, [window], { now, member: attempt.id })
}

/** It did not begin. */
export async function uncountSession(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const { sessions } = loginKeys(attempt)
  await unchargeWindows(redis, [sessions], attempt.id)
}

/** What is kept of an account that is no more, as far as it can be found from here. */
export async function forgetLogins(redis: Redis, { who, address }: LoginAttempt): Promise<void> {
  await redis.del(...who.flatMap((digest) => Object.values(accountKeys(digest, address))))
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

/** It failed for no fault of whoever asked. */
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

/** It failed. */
export async function uncountExport(redis: Redis, { id, userId }: ExportAttempt): Promise<void> {
  await unchargeWindows(redis, [exportKey(userId)], id)
}
