// Loads the caller's account and session from Postgres.

import type { Caller } from '../../domain/session.ts'
import { findOwnAccount, type OwnAccount } from '../../postgres/own-account.ts'
import type { Services } from '../app-env.ts'
import { queryPostgres } from '../backends/stores.ts'
import { ProblemError } from '../problem-error.ts'

/** Refuses a caller whose account or session has ended. */
export function requireActive(account: OwnAccount | undefined): OwnAccount {
  if (!account || account.isErased) throw new ProblemError({ code: 'session_ended' })
  if (!account.user.is_active) throw new ProblemError({ code: 'account_inactive' })
  if (!account.isSessionActive) throw new ProblemError({ code: 'session_ended' })
  return account
}

export async function loadOwnAccount(
  { postgres, clock }: Pick<Services, 'postgres' | 'clock'>,
  caller: Caller,
): Promise<OwnAccount> {
  return requireActive(await queryPostgres(findOwnAccount(postgres, caller, clock.now())))
}
