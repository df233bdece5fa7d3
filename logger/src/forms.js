// Forms: which fields were filled in, and their values only where the study asks for them and they are not secret.

import { elementFields, targetOf } from './element.js'
import { guard } from './guard.js'
import { isIgnored, isWithin, maskText } from './mask.js'
import { enqueue } from './recorder.js'
import { options } from './settings.js'
import { watchMethod } from './watchMethod.js'

/** Matches names that suggest a secret, in a field's type, name, id or autocomplete. */
const SECRET_NAME =
  /pass|pw|secret|hidden|token|auth(?!or)|otp|cc-|cv[cv]|card|iban|ssn|sess|credential|(pin|key|sig|signature|code)\b/i

/** Fields that were password fields, before a button that shows the password changed their type. */
const passwordFields = new WeakSet()

let typeObserver

function noteTypes(changes) {
  for (const { target, oldValue } of changes) if (oldValue === 'password') passwordFields.add(target)
}

/** Remember which fields in a document or shadow root were password fields. */
export function watchPasswordFields(root) {
  typeObserver ??= new MutationObserver(noteTypes)
  typeObserver.observe(root, { subtree: true, attributeFilter: ['type'], attributeOldValue: true })
}

/** Stop watching. What was noted stays noted. */
export function unwatchPasswordFields() {
  typeObserver?.disconnect()
}

/** Whether nothing about a field's value may be recorded, not even its length. */
function isSecret(field) {
  return (
    passwordFields.has(field) ||
    SECRET_NAME.test([field.type, field.name, field.id, field.autocomplete].join(',')) ||
    isWithin(field, '[data-ul-mask]')
  )
}

/** Whether the element is a field, also of a web component. Libraries for lists fire change events on lists. */
export function isField(element) {
  return element.matches('input,select,textarea') || (element.localName.includes('-') && 'value' in element)
}

function fieldName(field) {
  return field.name || field.id
}

/** Submits that the page prevented, or that are under way: a script may still call form.submit() for them. */
const submitted = new WeakSet()

/** Log that a form is submitted. */
function logSubmit(form) {
  if (isIgnored(form)) return
  // Not form.elements: a field named "elements" replaces the form's own property.
  const controls = [...Reflect.get(HTMLFormElement.prototype, 'elements', form)]
  const names = controls.filter((field) => isField(field) && !isIgnored(field)).map(fieldName)
  enqueue({
    name: 'submit',
    ...elementFields(form),
    form_id: form.getAttribute('id'),
    fields: [...new Set(names.filter(Boolean))],
    // Not checkValidity(), which fires events on the page.
    valid: !controls.some((control) => control.matches(':invalid')),
  })
}

/** `submit`: a person or requestSubmit() submits a form. */
export function captureSubmit(event) {
  const form = targetOf(event)
  submitted.add(form)
  logSubmit(form)
}

/** form.submit() fires no event. Where it follows one, as after a check by a script, it is the same submit. */
const captureScriptSubmit = guard((form) => {
  if (!submitted.delete(form)) logSubmit(form)
})

/** Log the submits of scripts, until the signal fires. */
export function watchScriptSubmits(signal) {
  watchMethod(HTMLFormElement.prototype, 'submit', signal, captureScriptSubmit)
}

/** What may be recorded about a field's value. A select with several values has a list of them. */
function valueFields(field) {
  if (isSecret(field)) return {}
  const values = field.type === 'select-multiple' ? [...field.selectedOptions].map(({ value }) => value) : field.value
  const isTickBox = /check|radio/.test(field.type)
  const state = isTickBox ? { checked: field.checked } : { length: values?.length }
  if (!options.values) return state
  return { ...state, value: Array.isArray(values) ? values.map(maskText) : maskText(values) }
}

/** Log that a field was changed. */
export function captureChange(event) {
  const field = targetOf(event)
  if (isIgnored(field) || !isField(field)) return
  enqueue({
    name: 'change',
    ...elementFields(field),
    field: fieldName(field),
    type: field.type,
    ...valueFields(field),
  })
}
