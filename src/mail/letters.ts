// The texts of the mails. They hold nothing that a person chose, such as a username: everyone can
// register with the address of another person, who would then get a stranger's words from us.

import type { Mail } from './mail.ts'

type Letter = Omit<Mail, 'to'>

/** The parts of a letter; the link has a line of its own. */
type Draft = { subject: string; before: string[]; link: string; label: string; after: string[] }

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '')

const paragraph = (html: string) => `<p style="margin:0 0 16px">${html}</p>`

function htmlOf({ subject, before, link, label, after }: Draft): string {
  const anchor =
    `<a href="${escaped(link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;` +
    `background:#1f5f4f;color:#ffffff;text-decoration:none">${escaped(label)}</a>`
  const body = [...before.map(escaped), anchor, ...after.map(escaped)].map(paragraph).join('\n')
  return (
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>\n` +
    `<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#20302a">\n${body}\n</body>\n</html>\n`
  )
}

function letterOf(draft: Draft): Letter {
  const { subject, before, link, after } = draft
  return { subject, text: `${[...before, link, ...after].join('\n\n')}\n`, html: htmlOf(draft) }
}

const hostOf = (publicUrl: string) => new URL(publicUrl).host

/** The page takes the token from the fragment, which no server sees. */
export const resetLink = (publicUrl: string, token: string) => `${publicUrl}/#reset=${token}`

export function resetLetter(publicUrl: string, token: string, minutes: number): Letter {
  const host = hostOf(publicUrl)
  return letterOf({
    subject: `Choose a new password for ${host}`,
    before: [
      `Someone, probably you, asked for a new password for your account at ${host}.`,
      `With this link you choose one. It works once, for ${minutes} minutes:`,
    ],
    link: resetLink(publicUrl, token),
    label: 'Choose a new password',
    after: [
      'If you did not ask for it, you need not do anything: your password stays as it is. ' +
        'Give this link to nobody.',
    ],
  })
}

export function passwordChangedLetter(publicUrl: string): Letter {
  const host = hostOf(publicUrl)
  return letterOf({
    subject: `Your password for ${host} was changed`,
    before: [
      `The password of your account at ${host} was just changed with a link that we sent to this ` +
        'address. You are logged out on all devices: log in with the new password.',
    ],
    link: publicUrl,
    label: 'Log in',
    after: [
      'If this was not you, someone else can read your mail: change the password of your mailbox ' +
        'first, then choose “Forgot your password?” at the login.',
    ],
  })
}
