// What `npm start` prints when the service answers.
import { resolve } from 'node:path'
import { renderUnicodeCompact } from 'uqr'
import type { GivenSettings } from './given-settings.ts'
import type { MailBridge } from './mail.ts'
import { originsOfNetwork } from './network.ts'
import type { Settings } from './settings.ts'

/** For a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** The operator's commands find this service by the same settings. */
function operatorCommand({ port, dataDir }: Settings): string {
  return [
    ...(port === 8787 ? [] : [`PORT=${port}`]),
    ...(dataDir === resolve('.local') ? [] : [`DATA_DIR=${quoted(dataDir)}`]),
    'npm run operator --',
  ].join(' ')
}

interface Parts {
  /** The names of the stores. */
  postgres: string
  redis: string
  mail: Pick<MailBridge, 'folder'>
}

/** What is printed when the service answers. */
export function welcome(
  settings: Settings,
  { taken, left }: GivenSettings,
  { postgres, redis, mail }: Parts,
): string {
  const { port, inspectorPort } = settings
  const names = Object.keys(taken)
  const remarks = [
    names.length > 0 && `Settings  ${names.join(', ')} of the environment`,
    left.length > 0 && `Not used  ${left.join(', ')} of the environment: a local start has its own`,
    inspectorPort !== undefined &&
      `Debugger  on port ${inspectorPort}; it gives every program on this machine the secrets`,
  ]
  return `
  http://localhost:${port}           the chat
  http://localhost:${port}/docs      the API, to try out (to read: /redoc)
  http://localhost:${port}/ready     the state of its parts
  ws://localhost:${port}/ws/chat     the room

  Become the owner: ${operatorCommand(settings)} role <your username> owner

  Postgres  ${postgres}
  Redis     ${redis}
  Mail      is not sent, but written to ${mail.folder}
${remarks.flatMap((remark) => (remark ? [`  ${remark}\n`] : [])).join('')}${inNetwork(settings)}  Ctrl-C ends it.
`
}

/** For phones: the addresses, and a QR code of the first. */
function inNetwork({ port, isOpen }: Settings): string {
  if (!isOpen) return ''
  const [first, ...others] = originsOfNetwork(port)
  const warning = `
  Warning: HOST=0.0.0.0 lets every machine of this network call the service, without encryption: others can
  read passwords and messages on their way. Use it only in a network that you trust, and only to try it out.
`
  if (first === undefined) return `${warning}  This machine has no address in a network.\n\n`
  const code = renderUnicodeCompact(first, { border: 2 })
  return `${warning}
  In this network: ${[first, ...others].join('  ')}

${code.replaceAll(/^/gm, '  ')}

`
}
