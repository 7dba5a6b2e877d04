// Limits on logins, registrations and exports. An attempt is charged before its password is
// checked, so that parallel guesses cannot pass the limit. Attempts that fail for other reasons are
// refunded.

import type { Redis } from './client.ts'
import type { EmailDigests } from './digest.ts'
import { chargeWindows, type LimitVerdict, refundWindows, type Window } from './sliding-windows.ts'

const minuteMs = 60_000
const failureWindowMs = 15 * minuteMs
const successWindowMs = 60 * minuteMs
const sessionWindowMs = 60 * minuteMs
const registerWindowMs = 60 * minuteMs
const exportWindowMs = 60 * minuteMs
const knownAddressMs = 30 * 24 * 60 * minuteMs

export type LoginAttempt = {
  /** Unique to the attempt. */
  id: string
  /** Digests of the account's email address. */
  emailDigests: EmailDigests
  /** As domain/address.ts returns it. */
  address: string
}

/**
 * The first three limit failures in any 15 minutes. The second and third do not apply to an account
 * and an address with a login in the last 30 days.
 */
export type LoginLimits = {
  /** Per account and address. */
  pair: number
  /** Per address. */
  address: number
  /** Per account. */
  account: number
  /**
   * Correct passwords per account and address in any hour, because they cost as much CPU as wrong
   * ones.
   */
  successes: number
}

/** The keys that belong to one account. */
function accountKeys(account: string, address: string) {
  return {
    pair: `login:pair:${account}:${address}`,
    account: `login:account:${account}`,
    successes: `login:successes:${account}:${address}`,
    known: `login:known:${account}:${address}`,
    sessions: `login:sessions:${account}`,
  }
}

function loginKeys({ emailDigests: [account], address }: LoginAttempt) {
  return { ...accountKeys(account, address), address: `login:address:${address}` }
}

export type LoginVerdict =
  | { allowed: true }
  | { allowed: false; retryAfterMs: number; reason: 'failures' | 'successes' }

/**
 * Charges the attempt as a failure and as a success, until `recordLoginFailure` or
 * `recordLoginSuccess` removes one. A refused attempt is not charged.
 */
export async function chargeLogin(
  redis: Redis,
  attempt: LoginAttempt,
  limits: LoginLimits,
  now: number,
): Promise<LoginVerdict> {
  const keys = loginKeys(attempt)
  const windowMs = failureWindowMs
  const waivedBy = attempt.emailDigests.map(
    (account) => accountKeys(account, attempt.address).known,
  )
  const windows: Window[] = [
    { key: keys.pair, max: limits.pair, windowMs },
    { key: keys.address, max: limits.address, windowMs, waivedBy },
    { key: keys.account, max: limits.account, windowMs, waivedBy },
    { key: keys.successes, max: limits.successes, windowMs: successWindowMs },
  ]
  const verdict = await chargeWindows(redis, windows, { now, member: attempt.id })
  if (verdict.allowed) return verdict
  const { key, ...refused } = verdict
  return { ...refused, reason: key === keys.successes ? 'successes' : 'failures' }
}

/** Removes the attempt from the successes. */
export async function recordLoginFailure(redis: Redis, attempt: LoginAttempt): Promise<void> {
  await refundWindows(redis, [loginKeys(attempt).successes], attempt.id)
}

/** Removes the attempt from the failures, clears those of the pair and records the address. */
export async function recordLoginSuccess(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const keys = loginKeys(attempt)
  await redis
    .multi()
    .del(keys.pair)
    .zrem(keys.address, attempt.id)
    .zrem(keys.account, attempt.id)
    .set(keys.known, '1', { px: knownAddressMs })
    .exec()
}

/** Removes the attempt from both, because the password could not be checked. */
export async function refundLogin(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const { pair, address, account, successes } = loginKeys(attempt)
  await refundWindows(redis, [pair, address, account, successes], attempt.id)
}

/**
 * Charges a session that is about to begin.
 *
 * @param max per account in any hour
 */
export async function chargeSession(
  redis: Redis,
  attempt: LoginAttempt,
  max: number,
  now: number,
): Promise<LimitVerdict> {
  const { sessions } = loginKeys(attempt)
  const window = { key: sessions, max, windowMs: sessionWindowMs }
  return chargeWindows(redis, [window], { now, member: attempt.id })
}

/** For a session that did not begin. */
export async function refundSession(redis: Redis, attempt: LoginAttempt): Promise<void> {
  const { sessions } = loginKeys(attempt)
  await refundWindows(redis, [sessions], attempt.id)
}

/** Deletes the keys of an erased account that depend on this address. */
export async function clearLogins(
  redis: Redis,
  { emailDigests, address }: LoginAttempt,
): Promise<void> {
  await redis.del(...emailDigests.flatMap((digest) => Object.values(accountKeys(digest, address))))
}

export type RegistrationAttempt = {
  /** Unique to the attempt. */
  id: string
  /** As domain/address.ts returns it. */
  address: string
}

const registerKey = (address: string) => `register:address:${address}`

/** @param max registrations per address in any hour */
export async function chargeRegistration(
  redis: Redis,
  { id, address }: RegistrationAttempt,
  max: number,
  now: number,
): Promise<LimitVerdict> {
  const window = { key: registerKey(address), max, windowMs: registerWindowMs }
  return chargeWindows(redis, [window], { now, member: id })
}

/** For a registration that failed for no fault of the user. */
export async function refundRegistration(
  redis: Redis,
  { id, address }: RegistrationAttempt,
): Promise<void> {
  await refundWindows(redis, [registerKey(address)], id)
}

export type ExportAttempt = {
  /** Unique to the attempt. */
  id: string
  userId: string
}

const exportKey = (userId: string) => `export:user:${userId}`

/** @param max exports per user in any hour */
export async function chargeExport(
  redis: Redis,
  { id, userId }: ExportAttempt,
  max: number,
  now: number,
): Promise<LimitVerdict> {
  const window = { key: exportKey(userId), max, windowMs: exportWindowMs }
  return chargeWindows(redis, [window], { now, member: id })
}

/** For an export that failed. */
export async function refundExport(redis: Redis, { id, userId }: ExportAttempt): Promise<void> {
  await refundWindows(redis, [exportKey(userId)], id)
}
