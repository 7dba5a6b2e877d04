// The text of a message as elements: paragraphs, code, quotes, lists, and what is marked in them. The text is
// never parsed as HTML.

import { iconButton, make } from '../elements/dom.ts'
import { linkElement } from '../elements/linked-text.ts'
import { copyCode } from '../strings/en.json'
import type { Inline } from '../text/inline-format.ts'
import type { Block } from '../text/message-format.ts'

type Nodes = (Node | string)[]

/** @param blocks as `messageBlocks` gives them */
export function messageText(blocks: readonly Block[]): Nodes {
  // A line break between two paragraphs belongs to one of them, and other blocks begin lines of their own.
  return blocks.flatMap(blockNodes)
}

function blockNodes(block: Block): Nodes {
  if (block.kind === 'paragraph') return inlineNodes(block.parts)
  if (block.kind === 'quote')
    return [make('blockquote', { dir: 'auto' }, ...inlineNodes(block.parts))]
  if (block.kind === 'code') return [codeElement(block.text)]
  const items = block.items.map(({ mark, level, parts }) =>
    make(
      'li',
      { value: block.ordered ? Number.parseInt(mark, 10) : null, 'data-level': level || null },
      ...inlineNodes(parts),
    ),
  )
  return [make(block.ordered ? 'ol' : 'ul', { role: 'list' }, ...items)]
}

/** The row runs the action of the button. */
function codeElement(code: string): HTMLElement {
  const button = iconButton('copy', copyCode, { 'data-action': 'code' })
  return make('div', { class: 'code', dir: 'ltr' }, make('pre', {}, make('code', {}, code)), button)
}

const inlineNodes = (parts: readonly Inline[]): Nodes => parts.map(inlineNode)

function inlineNode(part: Inline): Node | string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'link') return linkElement(part.href, part.text)
  if (part.kind === 'mention') return make('bdi', { class: 'mention' }, part.text)
  if (part.kind === 'code') return make('code', { dir: 'ltr' }, part.text)
  return make(part.kind === 'bold' ? 'strong' : 'em', {}, ...inlineNodes(part.parts))
}
