// Loads a part of the page that has a script of its own, because few people open it. A dialog says when that takes
// long, or fails: without a connection it can be tried again; after a new release its script may be gone, and only
// a reload helps.

import * as strings from '../strings/en.json'
import { make, setText } from './dom.ts'

/** Adds the dialog of a part to the page. @returns the part */
export type AddDialog = <P extends { dialog: HTMLElement }>(part: P) => P

/** The build reads it at each import: a browser does not load an address again that has failed. */
const setAddressEnd = (attempt: number) =>
  Object.assign(globalThis, { partAddressEnd: `?${attempt}` })

/** A faster answer shows no dialog. */
const quietForMs = 400

const isReachable = (): Promise<boolean> =>
  fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )

function createLoadDialog() {
  const text = make('p', { role: 'status' })
  const closeButton = make('button', { value: '', class: 'quiet' }, strings.close)
  const remedy = make('button', { type: 'button', class: 'primary', hidden: true })
  const end = make('form', { method: 'dialog', class: 'confirm-end' }, closeButton, remedy)
  const dialog = make('dialog', { class: 'confirm', 'aria-label': strings.loading }, text, end)
  const show = (words: string) => {
    setText(text, words)
    if (!dialog.isConnected) document.body.append(dialog)
    if (!dialog.open) dialog.showModal()
  }
  return {
    dialog,
    showLoading(): void {
      remedy.hidden = true
      show(strings.loading)
    },
    /** @returns once the user wants to try again; never, if the dialog is closed */
    offer(words: string, label: string): Promise<void> {
      remedy.hidden = false
      setText(remedy, label)
      show(words)
      remedy.focus()
      return new Promise((resolve) => {
        remedy.onclick = () => resolve()
      })
    },
  }
}

/** @returns null: the user did not want to wait */
async function load<T>(importPart: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  const { dialog, showLoading, offer } = createLoadDialog()
  const closed = new Promise<null>((resolve) => {
    dialog.addEventListener('close', () => resolve(null))
    signal.addEventListener('abort', () => resolve(null))
  })
  const attempt = async (number: number): Promise<T> => {
    const timer = setTimeout(showLoading, quietForMs)
    try {
      return await importPart()
    } catch {
      const canReload = await isReachable()
      clearTimeout(timer)
      if (canReload) {
        await offer(strings.partIsGone, strings.reload)
        location.reload()
      } else await offer(strings.partNeedsConnection, strings.tryAgain)
      setAddressEnd(number)
      return attempt(number + 1)
    } finally {
      clearTimeout(timer)
    }
  }
  const part = await Promise.race([attempt(1), closed])
  // Gives the focus back.
  dialog.close()
  dialog.remove()
  return signal.aborted ? null : part
}

/**
 * @param importPart imports the script
 * @param begin makes the part, once
 * @returns a function that runs `use` with the part, as soon as it is loaded
 */
export function createPart<M, P>(
  { load: importPart, begin }: { load: () => Promise<M>; begin: (module: M) => P },
  signal: AbortSignal,
) {
  let part: P | null = null
  let isLoading = false
  return async (use: (part: P) => void): Promise<void> => {
    if (isLoading) return
    isLoading = true
    try {
      if (part === null) {
        const module = await load(importPart, signal)
        if (module === null) return
        part = begin(module)
      }
    } finally {
      isLoading = false
    }
    use(part)
  }
}
