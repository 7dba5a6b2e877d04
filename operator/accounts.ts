// Finds the account that an argument names.

import type { CallService } from './command.ts'
import type { Call } from './service.ts'
import { UsageError } from './usage-error.ts'

/** How commands call an argument that names an account. */
export const who = 'id|email|username'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function find(account: string): Call {
  const by = account.includes('@') ? 'email' : 'username'
  return { method: 'GET', path: `/admin/users?${by}=${encodeURIComponent(account)}` }
}

/**
 * @param account an id, an email address or a username
 * @returns as `name` the id if only that was given
 */
export async function findAccount(
  ask: CallService,
  account: string,
): Promise<{ id: string; name: string }> {
  if (uuid.test(account)) return { id: account.toLowerCase(), name: account.toLowerCase() }
  const found = (await ask(find(account))) as { id: string; username: string }[]
  const [user] = found
  if (!user) throw new UsageError(`There is no account ${JSON.stringify(account)}`)
  return { id: user.id, name: user.username }
}
