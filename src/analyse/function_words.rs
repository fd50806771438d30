//! The commonest words that tell the languages of Western Europe apart.
//!
//! Grammar words only (articles, prepositions, pronouns, auxiliaries), written with their accents.

/// A language with its words, separated by blanks.
pub(super) struct Marks {
    /// BCP-47.
    pub language: &'static str,
    pub words: &'static str,
}

/// Languages that headlines in Latin script are most often in.
pub(super) const MARKS: &[Marks] = &[
    Marks {
        language: "es",
        words: "el la los las un una unos unas de del al a y e o u en con por para sin sobre entre \
            hasta desde tras ante que se su sus lo le les no más pero como este esta estos estas ese \
            esa es son fue era han ha hay ser está están muy ya también cuando porque según todo \
            todos nos mi tu yo él ella ellos tiene así dos años hoy donde mientras contra durante \
            cada puede sido había qué cómo quién sólo solo otro otra otros aunque hace dice nuevo \
            siempre nunca nada algo alguien nadie mismo misma nuestro nuestra usted ustedes \
            nosotros estaba estaban eran somos estoy hemos tengo tienen tenemos después antes \
            ahora ayer casi todavía aún entonces cuál mucho mucha muchos muchas poco algún \
            alguna algunos algunas hacia según eso esto aquel aquella",
    },
    Marks {
        language: "en",
        words: "the a an of to in and is are was were be been for on at by with from as that this \
            these those it its his her their our your you he she they we i not but or if after over \
            into about than more has have had will would can could may what who which when how why \
            said says up out no new amid before against between under while all there here them \
            do does did don't isn't so just also because only being such other us my me him",
    },
    Marks {
        language: "pt",
        words: "o a os as um uma uns umas de do da dos das no na nos nas em e ou com por pelo pela \
            pelos pelas para sem sobre entre até desde que se seu sua seus suas não mais mas como \
            este esta isso é são foi era tem têm há ser está estão muito já também quando porque ao \
            aos à às ele ela eles nós você depois ainda após diz segundo num numa onde foram pode \
            isto meu minha só dois anos contra quem sempre nunca nada algo alguém ninguém mesmo mesma \
            nosso nossa vocês estava estavam eram somos estou temos tenho antes agora ontem \
            amanhã talvez quase então qual quais quanto muita muitos muitas pouco algum alguma \
            alguns algumas essa esse aquele aquela",
    },
    Marks {
        language: "ca",
        words: "el la els les un una uns unes de del dels al als a i o en amb per sense sobre entre \
            fins des que es seu seva seus seves no més però com aquest aquesta aquests és són va van \
            ha han hi ser està molt ja també quan perquè segons tot tots ens em et li si cap \
            on pel pels l' d' s' n' dos anys avui mentre contra durant cada pot què qui altre fer \
            mes per sota fou aquell aquella això doncs dels als cal amb sigui havia tenen fins \
            seu nou bé poc anar tant estat han sense fet ells llur llurs cosa jo tu també hi ho \
            així sempre mai gens res algú ningú altres mateix mateixa nostre nostra nosaltres \
            vosaltres vostè vam vaig eren som sóc estava estem fan hem heu tinc té tens tenim \
            tenir vull puc podem poden hauria seria després abans ara ahir demà potser només \
            gairebé prou encara llavors davant quin quina molta molts moltes pocs algun alguna \
            alguns algunes m' t'",
    },
    Marks {
        language: "fr",
        words: "le la les un une des de du au aux à et ou en dans avec par pour sans sur entre \
            jusqu'à depuis que qui se son sa ses ne pas plus mais comme ce cette ces est sont était \
            ont a été être très aussi quand parce selon tout tous nous vous il elle ils elles on leur \
            leurs où après avant contre deux ans fait y je tu mon ma lui même c'est l' d' s' n' qu'",
    },
    Marks {
        language: "it",
        words: "il lo la i gli le un uno una di del della dei delle dello degli al alla ai alle nel \
            nella nei dal dalla e ed o in con per senza su sul sulla tra fra che si suo sua suoi non \
            più ma come questo questa è sono era ha hanno stato essere molto già anche quando perché \
            tutto tutti ci vi lui lei loro dopo contro due anni da sia chi cosa se io l' d' un' dell' all' nell'",
    },
    Marks {
        language: "de",
        words: "der die das den dem des ein eine einen einem einer und oder in im mit von vom zu zum \
            zur für auf aus bei nach über unter ohne bis dass sich sein seine ihr ihre nicht mehr aber \
            wie dieser diese ist sind war waren hat haben wird werden auch wenn weil er sie es wir ich \
            noch nur als an am um so kein keine kann vor gegen zwei",
    },
    Marks {
        language: "nl",
        words: "de het een en of in van met voor op aan uit bij naar over onder zonder tot dat zich \
            zijn haar niet meer maar zoals deze dit is was waren heeft hebben wordt worden ook als er \
            hij zij ze wij ik nog geen kan om te door na tegen twee",
    },
    Marks {
        language: "gl",
        words: "o a os as un unha uns unhas do da dos das ao á aos ás no na nos nas polo pola polos \
            polas co coa cos coas dun dunha nun nunha e ou en con por para sen sobre entre ata dende \
            desde que se seu súa seus súas non máis mais pero como este esta isto estes estas ese esa \
            é son foi era ten teñen hai haberá ser está están moi xa tamén cando onde porque segundo \
            todo todos nós eu ti el ela eles elas lle lles me che iso aínda após ademais dous dúas \
            anos hoxe onte mañá mentres contra durante cada pode sido había quen só outro outra \
            outros outras aínda fai di novo nova xente galego galega",
    },
];
