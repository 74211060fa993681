/** An answer while the assistant writes it. */
export interface Draft {
  turn: string;
  attempt: number;
  text: string;
}

export type DraftStep =
  | { __typename: "AnswerStarted"; turn: string; attempt: number }
  | { __typename: "AnswerDelta"; turn: string; attempt: number; offset: number; text: string }
  | { __typename: "AnswerFailed"; turn: string; attempt: number }
  | { __typename: "AnswerFinished"; turn: string };

/**
 * The draft after a step. A later attempt begins anew; a piece whose forerunners were missed is not shown half, but
 * from where the text is whole.
 */
export function drafted(draft: Draft | null, step: DraftStep): Draft | null {
  switch (step.__typename) {
    case "AnswerStarted":
      return { turn: step.turn, attempt: step.attempt, text: "" };
    case "AnswerDelta": {
      const same = draft?.turn === step.turn && draft.attempt === step.attempt;
      const before = same ? draft.text : "";
      if (step.offset > before.length) return { turn: step.turn, attempt: step.attempt, text: before };
      return { turn: step.turn, attempt: step.attempt, text: before.slice(0, step.offset) + step.text };
    }
    case "AnswerFailed":
    case "AnswerFinished":
      return draft?.turn === step.turn ? null : draft;
  }
}
