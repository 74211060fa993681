import { Route, Routes } from "react-router";
import { Callback } from "./Callback.tsx";
import { Register } from "./Register.tsx";
import { SignIn } from "./SignIn.tsx";

/** What there is for those who are not signed in. Any other address asks to sign in first, and is opened then. */
export function SignedOutScreens() {
  return (
    <Routes>
      <Route path="sign-in/callback/:company" element={<Callback />} />
      <Route path="sign-in/register" element={<Register />} />
      <Route path="*" element={<SignIn />} />
    </Routes>
  );
}
