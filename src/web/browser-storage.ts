// Stores the state of the page in the browser: the last user without a token, the draft and the settings. If the browser
// stores nothing, the user logs in at each visit.

import type { Member } from '../client/contract.ts'

const userKey = 'chat.visitor'
const settingsKey = 'chat.settings'
const draftKey = (userId: string) => `chat.draft.${userId}`
const replyKey = (userId: string) => `chat.reply.${userId}`

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
  const { id, username } = parsed(persistent, userKey)
  return typeof id === 'string' && typeof username === 'string' ? { id, username } : null
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

export const storedDraftReply = (userId: string) => perTab?.getItem(replyKey(userId)) ?? null

/** @param messageId null: it is no reply */
export function storeDraftReply(userId: string, messageId: string | null): void {
  if (messageId !== null) setItem(perTab, replyKey(userId), messageId)
  else perTab?.removeItem(replyKey(userId))
}

export function removeDraft(userId: string): void {
  perTab?.removeItem(draftKey(userId))
  perTab?.removeItem(replyKey(userId))
}

export const storedSettings = () => parsed(persistent, settingsKey)

export function storeSettings(settings: object): void {
  setItem(persistent, settingsKey, JSON.stringify(settings))
}

/** Empty without a stored object. */
function parsed(storage: Storage | undefined, name: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(storage?.getItem(name) ?? '{}') }
  } catch {
    return {}
  }
}

function setItem(storage: Storage | undefined, name: string, text: string): void {
  try {
    storage?.setItem(name, text)
  } catch {
    // The storage is full. The page works without it.
  }
}
