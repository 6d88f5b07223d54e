/** A line of text with its label, and what is wrong with it. */

import type { ReactNode, Ref } from "react";
import { FieldError, Input, Label, Text, TextField } from "react-aria-components";

interface Props {
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
  readonly trouble?: string | null;
  readonly hint?: string;
  readonly testid: string;
  readonly errorTestid?: string;
  readonly autoComplete?: string;
  readonly autoCapitalize?: "none" | "words";
  readonly inputRef?: Ref<HTMLInputElement>;
}

/** Nothing is cut off: what is too long is refused in words. */
export function Field({ label, value, onChange, trouble = null, hint, testid, errorTestid, autoComplete = "off", autoCapitalize, inputRef }: Props): ReactNode {
  return (
    <TextField className="field" value={value} onChange={onChange} isInvalid={trouble !== null} autoComplete={autoComplete} validationBehavior="aria">
      <Label>{label}</Label>
      <Input
        ref={inputRef ?? null}
        data-testid={testid}
        dir="auto"
        spellCheck={false}
        {...(autoCapitalize === undefined ? {} : { autoCapitalize })}
      />
      {hint !== undefined && (
        <Text slot="description" className="soft hint">
          {hint}
        </Text>
      )}
      <FieldError className="error" data-testid={errorTestid}>
        {trouble}
      </FieldError>
    </TextField>
  );
}
