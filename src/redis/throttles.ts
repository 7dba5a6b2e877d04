// How often one may try to log in or to register. Attempts are charged before a password is looked
// at, so that guesses in parallel can't outrun the count; what was refused, and what failed, must be
// uncounted. Emails appear in keys only as digests.

import type { Redis } from './client.ts'
import { chargeWindows, unchargeWindows, type Verdict, type Window } from './windows.ts'

const minuteMs = 60_000
const loginWindowMs = 15 * minuteMs
const registerWindowMs = 60 * minuteMs
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

async function digest(account: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(account))
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function loginKeys({ account, address }: LoginAttempt) {
  const who = await digest(account)
  return {
    pair: `login:pair:${who}:${address}`,
    address: `login:address:${address}`,
    account: `login:account:${who}`,
    known: `login:known:${who}:${address}`,
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
