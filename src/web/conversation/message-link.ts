// Links to messages: the address of the page with the id of a message behind `#`.

const id = /^#([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i

/** @param hash of an address. @returns null: it names no message */
export const linkedMessage = (hash: string): string | null =>
  id.exec(hash)?.[1]?.toLowerCase() ?? null

/** @param page the address of the page */
export const messageLink = (page: string, messageId: string): string =>
  new URL(`#${messageId}`, page).href
