// The account of whoever asks, as the archive has it now, and the session they ask in.

import type { Caller } from '../domain/session.ts'
import { findOwnAccount, type OwnAccount } from '../postgres/own-account.ts'
import type { Stores } from './parts.ts'
import { Refused } from './problem.ts'
import { askPostgres } from './stores.ts'

/** Refuses whoever is no longer a member, or whose session has ended. */
export function demandOpen(account: OwnAccount | undefined): OwnAccount {
  if (!account || account.isErased) throw new Refused({ code: 'session_ended' })
  if (!account.user.is_active) throw new Refused({ code: 'account_inactive' })
  if (!account.isOpen) throw new Refused({ code: 'session_ended' })
  return account
}

export async function ownAccount(
  { postgres }: Pick<Stores, 'postgres'>,
  caller: Caller,
): Promise<OwnAccount> {
  return demandOpen(await askPostgres(findOwnAccount(postgres, caller, Date.now())))
}
