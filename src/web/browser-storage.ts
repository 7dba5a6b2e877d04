// Stores the state of the page in the browser: the last user without a token, and the draft. If the browser
// stores nothing, the user logs in at each visit.

import type { Member } from '../client/contract.ts'

const userKey = 'chat.visitor'
const draftKey = (userId: string) => `chat.draft.${userId}`

/** Undefined where the browser forbids it. */
export function browserStorage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return window[name]
  } catch {
    return undefined
  }
}

const persistent = browserStorage('localStorage')
const perTab = browserStorage('sessionStorage')

export function storedUser(): Member | null {
  try {
    const { id, username }: Partial<Member> = JSON.parse(persistent?.getItem(userKey) ?? '{}')
    return typeof id === 'string' && typeof username === 'string' ? { id, username } : null
  } catch {
    return null
  }
}

export function storeUser({ id, username }: Member): void {
  setItem(persistent, userKey, JSON.stringify({ id, username }))
}

/** Keeps the stored user if another account has logged in since, in another tab. */
export function removeStoredUser({ id }: Member): void {
  if (storedUser()?.id === id) persistent?.removeItem(userKey)
}

export const storedDraft = (userId: string): string => perTab?.getItem(draftKey(userId)) ?? ''

export function storeDraft(userId: string, text: string): void {
  setItem(perTab, draftKey(userId), text)
}

export function removeDraft(userId: string): void {
  perTab?.removeItem(draftKey(userId))
}

function setItem(storage: Storage | undefined, name: string, text: string): void {
  try {
    storage?.setItem(name, text)
  } catch {
    // The storage is full. The page works without it.
  }
}
