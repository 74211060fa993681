import { Component, type ReactNode } from "react";
import { ErrorState } from "./ErrorState.tsx";

interface Props {
  /** Another value gives the children another chance: the address, say. */
  resetOn: string;
  children: ReactNode;
}

/**
 * A screen that breaks says so in its own place; the rest of the console goes on. It also catches a screen that cannot
 * be loaded, as after an upgrade: loading the page anew brings the new one.
 */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  componentDidUpdate(before: Props) {
    if (this.state.error && before.resetOn !== this.props.resetOn) this.setState({ error: null });
  }

  render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorState onRetry={() => location.reload()} />;
  }
}
